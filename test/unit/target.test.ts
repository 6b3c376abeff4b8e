import { afterEach, describe, expect, test, vi } from "vitest";
import { clientConfig, describeTarget } from "../../providers/pgindex/src/engine/target.ts";
import { targetOf } from "../support/engine.ts";

const SECRET = "s3cr3t-pässwörd";

afterEach(() => vi.unstubAllEnvs());

function configOf(url: string) {
  return clientConfig(targetOf(url));
}

describe("a password that is not encoded is refused, and never shown as a host or a database", () => {
  test.each([
    "postgresql://u:12/hidden@h/d",
    "postgresql://u:/hidden@h:5432/d",
    "postgresql://u:1?hidden@h/d",
    "postgresql://u:1#hidden@h/d",
    "postgresql://u:1/2?hidden@h/d",
  ])("%s", (url) => {
    const refused = () => configOf(url);
    expect(refused).toThrow(/percent-encode special characters of the password/);
    expect(refused).not.toThrow(/hidden/);
  });

  test.each([
    "postgresql://u:p@ss@h/d",
    "postgresql://u:p@h/d@e",
    "postgresql:///d?host=/tmp&password=p@ss",
    "postgresql://h/d?application_name=a@b",
  ])("%s is read", (url) => {
    expect(() => configOf(url)).not.toThrow();
  });
});

describe("URLs and what they mean", () => {
  test("all parts, percent-encoded where needed", () => {
    const url = `postgresql://us%40er:${encodeURIComponent(SECRET)}@db.example:6432/my%20db`;
    expect(configOf(url)).toMatchObject({
      host: "db.example",
      port: 6432,
      user: "us@er",
      password: SECRET,
      database: "my db",
    });
  });

  test("sslmode=require encrypts without checking the certificate, verify-full checks it", () => {
    expect(configOf("postgres://h/d?sslmode=require").ssl).toMatchObject({
      rejectUnauthorized: false,
    });
    const full = configOf("postgres://h/d?sslmode=verify-full").ssl;
    expect(full).not.toMatchObject({ rejectUnauthorized: false });
    expect(full).toBeTruthy();
    expect(configOf("postgres://h/d?sslmode=disable").ssl).toBeFalsy();
  });

  test("without a URL the PG* variables decide", () => {
    const target = { maxConcurrentBuilds: 2, allowPooler: false };
    expect(clientConfig(target)).toEqual({});
    vi.stubEnv("PGHOST", "from-env");
    vi.stubEnv("PGPORT", "5999");
    vi.stubEnv("PGDATABASE", "envdb");
    vi.stubEnv("PGUSER", "envuser");
    expect(describeTarget(clientConfig(target))).toBe("from-env:5999/envdb as envuser");
  });
});

describe("no message shows the password", () => {
  test.each([
    [`postgresql://user:${SECRET}@host:notaport/db`, "cannot read the database URL"],
    [`postgresql://user:${SECRET}@[::1/db`, "cannot read the database URL"],
    [`postgresql://user:${SECRET}#1@host/db`, "cannot read the database URL"],
    [`host=db user=app password=${SECRET}`, "cannot read the database URL"],
    [`postgresql://user:${SECRET}@host/db?sslrootcert=/no/such/file`, "no file /no/such/file"],
    [`postgresql://user:${SECRET}@host/db?sslmode=verify-ca`, "cannot use the TLS settings"],
  ])("of a URL that cannot be used, %#", (url, message) => {
    const read = () => configOf(url);
    expect(read).toThrow(message);
    try {
      read();
    } catch (error) {
      // Whatever is printed of it: message, stack, properties and causes.
      const shown = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String(error);
      expect(shown).not.toContain(SECRET);
      expect((error as Error).cause).toBeUndefined();
    }
  });

  test("a target in words", () => {
    const config = configOf(`postgresql://app:${SECRET}@db.example:5433/shop`);
    expect(describeTarget(config)).toBe("db.example:5433/shop as app");
  });
});
