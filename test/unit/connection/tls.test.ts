import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tls from "node:tls";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Parameters } from "../../../providers/pgindex/src/engine/connection/environment.ts";
import { encryptionsOf } from "../../../providers/pgindex/src/engine/connection/tls.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "pgindex-home-"));
  vi.stubEnv("HOME", home);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

/** How each try goes about the server's certificate. */
function tries(parameters: Parameters, host = "db"): string[] {
  return encryptionsOf(parameters, host).map((encryption) => {
    if (!encryption) return "plain";
    if (encryption.rejectUnauthorized === false) return "trusts";
    return encryption.checkServerIdentity ? "asks who signed" : "asks for the name";
  });
}

describe("without certificates at hand", () => {
  test.each<[parameters: Parameters, expected: string[]]>([
    [{}, ["trusts", "plain"]],
    [{ sslmode: "allow" }, ["plain", "trusts"]],
    [{ sslmode: "require" }, ["trusts"]],
    [{ sslmode: "verify-full" }, ["asks for the name"]],
    // There is no answer in plain text to a direct handshake.
    [{ sslnegotiation: "direct" }, ["trusts"]],
    [{ sslnegotiation: "postgres" }, ["trusts", "plain"]],
    [{ sslnegotiation: "direct", sslmode: "disable" }, ["plain"]],
  ])("%j", (parameters, expected) => expect(tries(parameters)).toEqual(expected));

  test("a socket of the machine is not encrypted", () => {
    expect(tries({ sslmode: "verify-full" }, "/var/run/postgresql")).toEqual(["plain"]);
  });
});

test("sslrootcert=system asks for the name, by the authorities of Node and of the machine", () => {
  expect(tries({ sslrootcert: "system" })).toEqual(["asks for the name"]);
  const [encryption] = encryptionsOf({ sslrootcert: "system" }, "db");
  const { ca } = encryption as tls.ConnectionOptions;
  expect(ca).toEqual(expect.arrayContaining([...tls.rootCertificates]));
  expect(ca).toEqual(expect.arrayContaining(tls.getCACertificates("system")));
});

test("Node before 22.15 cannot read the machine's list, and has its own alone", () => {
  const { getCACertificates } = tls;
  try {
    Object.assign(tls, { getCACertificates: undefined });
    const [encryption] = encryptionsOf({ sslrootcert: "system" }, "db");
    expect(encryption).toMatchObject({ ca: [...tls.rootCertificates] });
  } finally {
    Object.assign(tls, { getCACertificates });
  }
});

test("the files in ~/.postgresql are found, as libpq finds them", () => {
  const folder = join(home, ".postgresql");
  mkdirSync(folder);
  const text = "-----BEGIN CERTIFICATE-----\n";
  for (const name of ["root.crt", "postgresql.crt", "postgresql.key"])
    writeFileSync(join(folder, name), `${text}${name}`);
  expect(tries({ sslmode: "require" })).toEqual(["asks who signed"]);
  const [encryption] = encryptionsOf({ sslmode: "require" }, "db");
  expect(encryption).toMatchObject({
    ca: `${text}root.crt`,
    cert: `${text}postgresql.crt`,
    key: `${text}postgresql.key`,
  });
});

test("a named file that cannot be read is refused with its path", () => {
  expect(() => tries({ sslcert: home })).toThrow(`${home} cannot be read (EISDIR)`);
});
