import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { readService } from "../../../providers/pgindex/src/engine/connection/serviceFile.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pgindex-services-"));
  vi.stubEnv("HOME", folder);
  vi.stubEnv("PGSERVICEFILE", undefined);
  vi.stubEnv("PGSYSCONFDIR", undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe("a service is found", () => {
  test("in ~/.pg_service.conf", () => {
    write(".pg_service.conf", "[shop]\nhost=own\n");
    expect(readService("shop")).toEqual({ host: "own" });
  });

  test("in PGSERVICEFILE instead", () => {
    write(".pg_service.conf", "[shop]\nhost=own\n");
    vi.stubEnv("PGSERVICEFILE", write("services", "[shop]\nhost=named\n"));
    expect(readService("shop")).toEqual({ host: "named" });
  });

  test("in pg_service.conf of PGSYSCONFDIR, where one's own file does not have it", () => {
    vi.stubEnv("PGSYSCONFDIR", folder);
    write("pg_service.conf", "[shop]\nhost=of-all\n[both]\nhost=of-all\n");
    expect(readService("shop")).toEqual({ host: "of-all" });
    write(".pg_service.conf", "[both]\nhost=own\n");
    expect(readService("both")).toEqual({ host: "own" });
    expect(readService("shop")).toEqual({ host: "of-all" });
  });
});

test("one that is nowhere is refused with the files that were read", () => {
  const own = write(".pg_service.conf", "shop=not a section\n[other]\nhost=own\n");
  vi.stubEnv("PGSYSCONFDIR", folder);
  expect(() => readService("shop")).toThrow(
    `no section [shop] in ${own} or ${join(folder, "pg_service.conf")}`,
  );
});

test("values stand as they are: no quotes, no comment behind, spaces at the end cut", () => {
  write(".pg_service.conf", '# services\n[my.shop]\n password=a;b #c="d"\nuser="quoted"  \n\n');
  const service = readService("my.shop");
  expect(service).toMatchObject({ password: 'a;b #c="d"', user: '"quoted"' });
});
