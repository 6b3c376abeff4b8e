import { describe, expect, test } from "vitest";
import { connectionAdvice } from "../../../providers/pgindex/src/engine/connection/connectionMessages.ts";
import { PgIndexError, renderAdvice } from "../../../providers/pgindex/src/engine/errors/advice.ts";
import {
  corruptingServerAdvice,
  corruptsIndexes,
  oldServerAdvice,
  readOnlyAdvice,
  serverKindAdvice,
} from "../../../providers/pgindex/src/engine/session/sessionMessages.ts";

function failure(code: string | undefined, message: string, routine?: string): Error {
  return Object.assign(new Error(message), { code, routine });
}

const CASES: readonly (readonly [title: string, error: unknown, why: RegExp, fix: RegExp])[] = [
  [
    "wrong password",
    failure("28P01", 'password authentication failed for user "app"'),
    /password authentication failed/,
    /correct the user and password/,
  ],
  [
    "TLS wanted by the server",
    failure("28000", 'no pg_hba.conf entry for host "1.2.3.4", user "app", no encryption'),
    /no encryption/,
    /sslmode=require/,
  ],
  [
    "a client certificate wanted by the server",
    failure("28000", "connection requires a valid client certificate"),
    /valid client certificate/,
    /sslcert and sslkey/,
  ],
  [
    "a setting in the URL that the role may not set",
    failure("42501", 'permission denied to set parameter "track_activities"'),
    /"track_activities"/,
    /options of the URL/,
  ],
  [
    "a setting in the URL that does not exist",
    failure("42704", 'unrecognized configuration parameter "nosuch"'),
    /"nosuch"/,
    /options of the URL/,
  ],
  ["no such database", failure("3D000", 'database "shp" does not exist'), /"shp"/, /database name/],
  ["too many", failure("53300", "sorry, too many clients already"), /too many/, /max_connections/],
  [
    "too many of the role, in German",
    failure("53300", "zu viele Verbindungen für Rolle »app«", "InitializeSessionUserId"),
    /zu viele/,
    /two connections of the role: ALTER ROLE … CONNECTION LIMIT/,
  ],
  [
    "too many of the database",
    failure("53300", 'too many connections for database "shop"', "CheckMyDatabase"),
    /too many/,
    /ALTER DATABASE … CONNECTION LIMIT/,
  ],
  ["nobody listens", failure("ECONNREFUSED", "connect"), /nothing listens/, /host and port/],
  ["no such host", failure("ENOTFOUND", "getaddrinfo"), /does not resolve/, /host and port/],
  ["no answer", failure(undefined, "timeout expired"), /no answer within 15 s/, /host and port/],
  [
    "what has no name of its own",
    failure("EPIPE", "write EPIPE"),
    /^write EPIPE$/,
    /host and port/,
  ],
  [
    "what stopped us before the server was asked",
    new PgIndexError({ what: "w", why: "passfile is a folder", fix: "name a file" }),
    /^passfile is a folder$/,
    /^name a file$/,
  ],
  [
    "no TLS at the server",
    failure(undefined, "The server does not support SSL connections"),
    /offers no TLS/,
    /enable TLS on/,
  ],
  [
    "a host of several addresses",
    new AggregateError([new Error("refused ::1"), new Error("refused 127.0.0.1")], ""),
    /refused ::1; refused 127\.0\.0\.1/,
    /host and port/,
  ],
];

describe("a connection that fails says where, why, and what to do", () => {
  test.each(CASES)("%s", (_title, error, why, fix) => {
    const advice = connectionAdvice(error, "db:5432/shop as app", { timeout: 15 });
    expect(advice.what).toBe("cannot connect to db:5432/shop as app");
    expect(advice.why).toMatch(why);
    expect(advice.fix).toMatch(fix);
    expect(renderAdvice(advice).split("\n").length).toBeGreaterThanOrEqual(3);
  });
});

describe("versions whose concurrent builds cannot be trusted", () => {
  test.each<[version: number, tooOld: boolean, corrupts: boolean]>([
    [120022, true, false],
    [130000, false, false],
    [130023, false, false],
    [140000, false, true],
    [140003, false, true],
    [140004, false, false],
    [180004, false, false],
  ])("%i", (version, tooOld, corrupts) => {
    expect(oldServerAdvice(version) !== undefined).toBe(tooOld);
    expect(corruptsIndexes(version)).toBe(corrupts);
  });

  test("are named", () => {
    expect(oldServerAdvice(120022)?.what).toBe("refused: PostgreSQL 12.22 is too old");
    expect(corruptingServerAdvice(140003).what).toBe(
      "refused: PostgreSQL 14.3 builds corrupt indexes",
    );
  });
});

test("a replica and a read-only role are told apart", () => {
  expect(readOnlyAdvice(true).why).toMatch(/replica/);
  expect(readOnlyAdvice(false).why).toMatch(/default_transaction_read_only/);
});

test("a server of the wrong kind says of which it is", () => {
  expect(serverKindAdvice("primary", true).why).toBe("primary is wanted, but this is a standby");
  expect(serverKindAdvice("standby", false).why).toBe("standby is wanted, but this is a primary");
});
