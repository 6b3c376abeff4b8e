import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { connectionParameters } from "../../../providers/pgindex/src/engine/connection/parameters.ts";
import {
  addressesOf,
  describeTarget,
} from "../../../providers/pgindex/src/engine/connection/target.ts";
import { encryptionsOf } from "../../../providers/pgindex/src/engine/connection/tls.ts";

const SECRET = "s3cr3t-pässwörd";

beforeEach(() => vi.stubEnv("HOME", "/nowhere"));
afterEach(() => vi.unstubAllEnvs());

/** Everything that is read before the first packet is sent. */
function read(url: string | undefined) {
  const parameters = connectionParameters(url);
  const addresses = addressesOf(parameters);
  for (const { host } of addresses) encryptionsOf(parameters, host);
  return { parameters, addresses };
}

describe("an unencoded password is refused, and never shown as a host or a database", () => {
  test.each([
    "postgresql://u:12/hidden@h/d",
    "postgresql://u:/hidden@h:5432/d",
    "postgresql://u:1?hidden@h/d",
    "postgresql://u:1#hidden@h/d",
    "postgresql://u:1/2?hidden@h/d",
  ])("%s", (url) => {
    const refused = () => read(url);
    expect(refused).toThrow(/percent-encode special characters in the password/);
    expect(refused).not.toThrow(/hidden/);
  });

  test.each([
    "postgresql://u:p@ss@h/d",
    "postgresql://u:p@h/d@e",
    "postgresql:///d?host=/tmp&password=p@ss",
    "postgresql://h/d?application_name=a@b",
  ])("%s is read", (url) => {
    expect(() => read(url)).not.toThrow();
  });
});

describe("URLs and what they mean", () => {
  test("all parts, percent-encoded where needed", () => {
    const url =
      `postgresql://us%40er:${encodeURIComponent(SECRET)}` +
      "@db.example:6432/my%20db?options=-c%20a+b";
    expect(read(url)).toEqual({
      parameters: {
        host: "db.example",
        port: "6432",
        user: "us@er",
        password: SECRET,
        dbname: "my db",
        options: "-c a+b",
      },
      addresses: [{ host: "db.example", port: 6432 }],
    });
  });

  test.each<[url: string, addresses: string]>([
    ["postgresql://", "localhost:5432"],
    ["postgres:///db", "localhost:5432"],
    ["postgresql://db:6000", "db:6000"],
    ["postgresql://a@b@db/d", "db:5432"],
    ["postgresql://[::1]:6432/db", "[::1]:6432"],
    ["postgresql://%2Fvar%2Frun%2Fpostgresql/db", "/var/run/postgresql:5432"],
    ["postgresql:///db?host=/tmp&port=6432", "/tmp:6432"],
    ["postgresql://one,two:6432,[fe80::1]/db", "one:5432,two:6432,[fe80::1]:5432"],
    ["postgresql://one,two/db?port=6432", "one:6432,two:6432"],
    ["postgresql://x/db?host=one,two&port=1,2", "one:1,two:2"],
  ])("%s is at %s", (url, addresses) => {
    const { parameters, addresses: found } = read(url);
    expect(describeTarget(found, { ...parameters, dbname: "db", user: "u" })).toBe(
      `${addresses}/db as u`,
    );
  });

  // JDBC's word, which node-postgres takes too.
  test.each([
    ["ssl=true", "require"],
    ["ssl=1", "require"],
    ["ssl=true&sslmode=disable", "disable"],
    ["ssl=false", undefined],
  ])("%s is sslmode=%s", (parameters, sslmode) => {
    expect(connectionParameters(`postgresql://h/d?${parameters}`).sslmode).toBe(sslmode);
  });

  test("what the URL leaves out, the PG* variables say", () => {
    const variables = { HOST: "from-env", PORT: "5999", DATABASE: "envdb", USER: "envuser" };
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(`PG${name}`, value);
    const described = (url?: string) => {
      const { parameters, addresses } = read(url);
      return describeTarget(addresses, parameters);
    };
    expect(described()).toBe("from-env:5999/envdb as envuser");
    expect(described("postgresql://me@db/")).toBe("db:5999/envdb as me");
  });
});

describe("what cannot be used is refused", () => {
  test.each<[parameters: string, message: RegExp]>([
    ["sslmode=no-verify", /no such sslmode.*\n.*disable, allow, prefer, require/],
    ["sslmode=require&sslrootcert=system", /fix: write sslmode=verify-full/],
    ["port=1,2", /as many ports as hosts/],
    ["port=65536", /a number from 1 to 65535/],
    ["service=nosuch", /no connection service "nosuch"\n.*\/nowhere\/\.pg_service\.conf/],
  ])("%s", (parameters, message) => {
    expect(() => read(`postgresql://u:${SECRET}@h/d?${parameters}`)).toThrow(message);
  });
});

describe("no message shows the password", () => {
  test.each([
    [`postgresql://user:${SECRET}@host:notaport/db`, "cannot read the database URL"],
    [`postgresql://user:${SECRET}@[::1/db`, "cannot read the database URL"],
    [`postgresql://user:${SECRET}#1@host/db`, "cannot read the database URL"],
    [`postgresql://user:${SECRET}%@host/db`, "cannot read the database URL"],
    [`host=db user=app password=${SECRET}`, "cannot read the database URL"],
    [`postgresql://user:${SECRET}@host/db?sslrootcert=/no/such/file`, "no file /no/such/file"],
    [
      `postgresql://user:${SECRET}@host/db?sslmode=verify-ca`,
      "cannot use the connection's TLS settings",
    ],
  ])("of a URL that cannot be used, %#", (url, message) => {
    expect(() => read(url)).toThrow(message);
    try {
      read(url);
    } catch (error) {
      // Whatever is printed of it: message, stack, properties and causes.
      const shown = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String(error);
      expect(shown).not.toContain(SECRET);
      expect((error as Error).cause).toBeUndefined();
    }
  });

  test("a target in words", () => {
    const { parameters, addresses } = read(`postgresql://app:${SECRET}@db.example:5433/shop`);
    expect(describeTarget(addresses, parameters)).toBe("db.example:5433/shop as app");
  });
});
