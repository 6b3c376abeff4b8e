import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { openSession } from "../../providers/pgindex/src/engine/session/session.ts";
import { failureOf, targetOf } from "../support/engine/engine.ts";
import { PASSWORD, startTlsServers, type TlsServers } from "../support/server/tlsServers.ts";

let servers: TlsServers;
const home = mkdtempSync(join(tmpdir(), "pgindex-home-"));
beforeAll(async () => {
  servers = await startTlsServers();
}, 600_000);
afterAll(async () => {
  await servers.stop();
  rmSync(home, { recursive: true });
});
afterEach(() => vi.unstubAllEnvs());

const MODES = ["", "disable", "allow", "prefer", "require", "verify-ca", "verify-full"];
type Root = "bundle" | "otherRoot" | "railwayItself";

/**
 * A login of a server, the root certificate given, and what each of the modes above comes to: TLS,
 * plain text, or a refusal.
 */
const TABLE: readonly (readonly [login: string, root: Root | undefined, outcomes: string])[] = [
  ["without TLS", undefined, "plain plain plain plain refused refused refused"],
  ["without TLS", "bundle", "plain plain plain plain refused refused refused"],
  ["railway either", undefined, "tls plain plain tls tls refused refused"],
  ["railway either", "railwayItself", "tls plain plain tls tls tls refused"],
  ["railway either", "bundle", "plain plain plain plain refused refused refused"],
  ["railway tls_only", undefined, "tls refused tls tls tls refused refused"],
  ["railway tls_only", "otherRoot", "refused refused refused refused refused refused refused"],
  ["rds tls_only", undefined, "tls refused tls tls tls refused refused"],
  ["rds tls_only", "bundle", "tls refused tls tls tls tls tls"],
  ["rds tls_only", "otherRoot", "refused refused refused refused refused refused refused"],
  ["rds either", "bundle", "tls plain plain tls tls tls tls"],
  ["rds plain_only", undefined, "plain plain plain plain refused refused refused"],
  ["rds plain_only", "bundle", "plain plain plain plain refused refused refused"],
];
const CASES = TABLE.flatMap(([login, root, outcomes]) =>
  MODES.map((mode, n) => [login, mode, root, outcomes.split(" ")[n]] as const),
);

function urlOf(login: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const [kind, user] = login.split(" ") as ["railway" | "rds" | "without", string];
  const url = new URL(kind === "without" ? inject("server").url : servers[kind].url);
  if (kind !== "without") Object.assign(url, { username: user, password: PASSWORD });
  url.hostname = "localhost";
  for (const [name, value] of Object.entries(parameters)) {
    if (value) url.searchParams.set(name, value);
  }
  return url.href;
}

const ENCRYPTED = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

async function connects(url: string | undefined): Promise<string> {
  vi.stubEnv("HOME", home);
  const target = targetOf(url);
  const session = await openSession(target, { purpose: "test", searchPath: [], writable: true });
  const [row] = await session.query<{ ssl: boolean }>(ENCRYPTED);
  await session.close();
  return row?.ssl ? "tls" : "plain";
}

const outcomeOf = (url: string | undefined) => connects(url).catch(() => "refused");

describe("sslmode means what it means to libpq", () => {
  test.each(CASES)("%s, sslmode=%s, root %s: %s", async (login, sslmode, root, expected) => {
    const sslrootcert = root && servers.files[root];
    expect(await outcomeOf(urlOf(login, { sslmode, sslrootcert }))).toBe(expected);
  });

  test.each(MODES)("and so does PGSSLMODE=%s with the other variables", async (mode) => {
    const url = new URL(urlOf("rds tls_only", {}));
    const variables = { PGHOST: "localhost", PGPORT: url.port, PGUSER: url.username };
    const rest = { PGPASSWORD: PASSWORD, PGDATABASE: "postgres", PGSSLMODE: mode };
    for (const [name, value] of Object.entries({ ...variables, ...rest })) vi.stubEnv(name, value);
    const [, , without] = TABLE[7] as (typeof TABLE)[number];
    expect(await outcomeOf(undefined)).toBe(without.split(" ")[MODES.indexOf(mode)]);
    vi.stubEnv("PGSSLROOTCERT", servers.files.bundle);
    const [, , rooted] = TABLE[8] as (typeof TABLE)[number];
    expect(await outcomeOf(undefined)).toBe(rooted.split(" ")[MODES.indexOf(mode)]);
  });
});

describe("sslnegotiation=direct", () => {
  const direct = { sslmode: "require", sslnegotiation: "direct" };

  test("connects", async ({ skip }) => {
    skip(inject("server").versionNumber < 170_000, "PostgreSQL has this from 17 on");
    expect(await connects(urlOf("rds tls_only", direct))).toBe("tls");
  });

  test.each([
    ["begins with the handshake of TLS", direct, 0x16],
    ["and without it the server is asked first", { sslmode: "require" }, 0],
  ])("%s", async (_title, parameters, first) => {
    const sent: (number | undefined)[] = [];
    const listener = net.createServer((socket) => {
      socket.once("data", ([byte]) => {
        sent.push(byte);
        socket.destroy();
      });
    });
    await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
    const { port } = listener.address() as net.AddressInfo;
    const url = new URL(urlOf("rds tls_only", parameters));
    Object.assign(url, { hostname: "127.0.0.1", port });
    expect(await outcomeOf(url.href)).toBe("refused");
    expect(sent[0]).toBe(first);
    await new Promise((resolve) => listener.close(resolve));
  });
});

const hasPsql = spawnSync("psql", ["--version"]).status === 0;

/** The same table asked of libpq itself, where there is one. */
test("libpq comes to the same", async ({ skip }) => {
  skip(!hasPsql, "there is no psql");
  const env = { PATH: process.env.PATH, HOME: home };
  const asked = CASES.map(async ([login, sslmode, root, expected]) => {
    const url = urlOf(login, { sslmode, sslrootcert: root && servers.files[root] });
    const answer = promisify(execFile)("psql", ["-XAtw", "-c", ENCRYPTED, url], { env });
    const outcome = await answer.then(
      ({ stdout }) => (stdout.trim() === "t" ? "tls" : "plain"),
      () => "refused",
    );
    return [login, sslmode, root, outcome, expected];
  });
  const different = (await Promise.all(asked)).filter(([, , , is, expected]) => is !== expected);
  expect(different).toEqual([]);
}, 600_000);

describe("a refusal is advice", () => {
  const adviceOf = async (login: string, parameters: Readonly<Record<string, string>>) => {
    const { message } = await failureOf(connects(urlOf(login, parameters)));
    expect(message).not.toContain(PASSWORD);
    return message;
  };

  test("Railway's certificate: require works, verify-full does not", async () => {
    expect(await adviceOf("railway either", { sslmode: "verify-full" })).toMatch(
      /not signed by a trusted authority.*\n +fix: set sslrootcert to.*\n +or: +sslmode=require/,
    );
    const sslrootcert = servers.files.railwayItself;
    expect(await adviceOf("railway either", { sslmode: "verify-full", sslrootcert })).toMatch(
      /issued for another name.*localhost.*railway.*\n +fix: connect by a name.*\n.*sslmode=verify-ca/,
    );
  });

  test("a server without TLS", async () => {
    expect(await adviceOf("without TLS", { sslmode: "require" })).toMatch(
      /offers no TLS.*\n +fix: enable TLS on.*\n +or: +sslmode=prefer/,
    );
  });

  test("a server that wants TLS, or a client's certificate", async () => {
    expect(await adviceOf("rds tls_only", { sslmode: "disable" })).toMatch(
      /no encryption\n +fix: add \?sslmode=require/,
    );
    expect(await adviceOf("rds certificate", { sslmode: "require" })).toMatch(
      /client certificate\n +fix: set sslcert and sslkey in the URL/,
    );
  });
});

test("a client's certificate opens the door; its key is needed", async () => {
  const { clientCertificate: sslcert, clientKey: sslkey, bundle: sslrootcert } = servers.files;
  const full = { sslmode: "verify-full", sslrootcert, sslcert };
  expect(await connects(urlOf("rds certificate", { ...full, sslkey }))).toBe("tls");
  const { message } = await failureOf(connects(urlOf("rds certificate", full)));
  expect(message).toMatch(/private key\n +fix: set sslkey to/);
});

test("a wrong password is not sent again in the clear", async () => {
  const url = urlOf("rds either", {}).replace(PASSWORD, "wr0ng");
  const { message } = await failureOf(connects(url));
  expect(message).toMatch(/password authentication failed/);
});

test("channel_binding=require connects with TLS, and gives no password without", async () => {
  const bound = { channel_binding: "require" };
  expect(await connects(urlOf("rds either", bound))).toBe("tls");
  const { message } = await failureOf(
    connects(urlOf("rds either", { ...bound, sslmode: "disable" })),
  );
  expect(message).toMatch(/the password was not sent/);
});
