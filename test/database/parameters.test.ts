import { execFile, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { openSession } from "../../providers/pgindex/src/engine/session/session.ts";
import { type EmbeddedServer, startEmbedded } from "../../tools/embeddedPostgres.ts";
import { failureOf, targetOf } from "../support/engine/engine.ts";
import { ask } from "../support/server/failover.ts";

/** What an INI file or a URL would read into a value, if anything is. */
const HARD = `a;b#c "d' \\e%41=[f].g`;
const HAS_V6 = Object.values(networkInterfaces()).some((each) =>
  each?.some(({ address }) => address === "::1"),
);

let server: EmbeddedServer;
let home: string;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "pgindex-home-"));
  // The server writes its socket there, as an account of its own.
  chmodSync(home, 0o777);
  server = await startEmbedded({
    name: "parameters",
    settings: {
      unix_socket_directories: home,
      listen_addresses: HAS_V6 ? "127.0.0.1,::1" : "127.0.0.1",
    },
  });
  await ask(server, `CREATE ROLE app LOGIN PASSWORD '${HARD.replaceAll("'", "''")}'`);
}, 300_000);
afterAll(async () => {
  await server.stop();
  rmSync(home, { recursive: true });
});
beforeEach(() => vi.stubEnv("HOME", home));
afterEach(() => vi.unstubAllEnvs());

async function inSession<Row>(url: string | undefined, sql: string): Promise<Row> {
  const options = { purpose: "test", searchPath: [], writable: true };
  const session = await openSession(targetOf(url), options);
  const [row] = await session.query<Row>(sql);
  await session.close();
  return row as Row;
}

const whoAt = (url?: string) =>
  inSession<{ who: string }>(
    url,
    "SELECT concat_ws(' ', current_user, current_database(), host(inet_server_addr())) AS who",
  ).then(({ who }) => who);

describe("a service", () => {
  beforeEach(() => {
    writeFileSync(
      join(home, ".pg_service.conf"),
      "# a comment\n[other]\nhost=nowhere.invalid\n\n" +
        `[my.shop]\nhost=127.0.0.1\nport=${server.port}\n` +
        `user=app\npassword=${HARD}\ndbname=postgres\n`,
    );
  });

  test("named by the URL, by PGSERVICE, and in another file", async () => {
    expect(await whoAt("postgresql:///?service=my.shop")).toBe("app postgres 127.0.0.1");
    vi.stubEnv("PGSERVICE", "my.shop");
    expect(await whoAt()).toBe("app postgres 127.0.0.1");
    vi.stubEnv("PGSERVICEFILE", join(home, "services"));
    writeFileSync(join(home, "services"), "[my.shop]\nhost=nowhere.invalid\n");
    expect((await failureOf(whoAt())).message).toMatch(/nowhere\.invalid:5432/);
  });

  test("gives way to the URL, and goes before the environment", async () => {
    vi.stubEnv("PGUSER", "nobody");
    expect(await whoAt("postgresql:///template1?service=my.shop")).toBe("app template1 127.0.0.1");
  });

  test("is read by libpq too", async ({ skip }) => {
    skip(spawnSync("psql", ["--version"]).status !== 0, "there is no psql");
    const env = { PATH: process.env.PATH, HOME: home, PGSERVICE: "my.shop" };
    const { stdout } = await promisify(execFile)("psql", ["-XAtc", "SELECT user"], { env });
    expect(stdout.trim()).toBe("app");
  });
});

describe("a password that the URL does not have", () => {
  const escaped = HARD.replace(/[\\:]/g, "\\$&");
  const at = (host: string) => `postgresql://app@${host}:${server.port}/postgres`;

  test("is in the pass file, which nobody else may read", async () => {
    const file = join(home, ".pgpass");
    writeFileSync(file, `127.0.0.1:${server.port}:*:app:${escaped}\n`, { mode: 0o600 });
    expect(await whoAt(at("127.0.0.1"))).toBe("app postgres 127.0.0.1");
    rmSync(file);
    vi.stubEnv("PGPASSFILE", join(home, "passwords"));
    writeFileSync(join(home, "passwords"), `*:*:*:app:${escaped}\n`, { mode: 0o600 });
    expect(await whoAt(at("127.0.0.1"))).toBe("app postgres 127.0.0.1");
    chmodSync(join(home, "passwords"), 0o644);
    expect((await failureOf(whoAt(at("127.0.0.1")))).message).toMatch(
      /asks for a password, and none is given\n +fix: .*password file.*chmod 600/,
    );
  });

  test("is in the pass file of a socket's folder, or of localhost, as libpq calls it", async () => {
    const file = join(home, ".pgpass");
    const url = at(encodeURIComponent(home));
    for (const host of ["localhost", home]) {
      writeFileSync(file, `${host}:${server.port}:*:app:${escaped}\n`, { mode: 0o600 });
      expect(await whoAt(url)).toBe("app postgres");
      rmSync(file);
    }
    expect((await failureOf(whoAt(url))).message).toMatch(/none is given/);
  });

  test("is in PGPASSWORD", async () => {
    vi.stubEnv("PGPASSWORD", HARD);
    expect(await whoAt(at("localhost"))).toMatch(/^app postgres /);
  });
});

describe("where the server is", () => {
  const password = encodeURIComponent(HARD);

  test.each([
    ["a socket's folder as a parameter", () => `app:${password}@/postgres?host=${home}&`],
    ["without an @", () => `/postgres?host=${home}&user=app&password=${password}&`],
    ["or as the host", () => `app:${password}@${encodeURIComponent(home)}/postgres?`],
  ])("%s", async (_, rest) => {
    // TLS is for the network: a socket is used whatever sslmode says.
    const url = `postgresql://${rest()}port=${server.port}&sslmode=require`;
    expect(await whoAt(url)).toBe("app postgres");
  });

  test("an IPv6 address", async ({ skip }) => {
    skip(!HAS_V6, "this machine has no IPv6");
    const rest = `${server.port}/postgres`;
    expect(await whoAt(`postgresql://app:${password}@[::1]:${rest}`)).toBe("app postgres ::1");
  });

  test("a name whose address is given with it", async () => {
    const url = `postgresql://app:${password}@nowhere.invalid:${server.port}/postgres`;
    expect(await whoAt(`${url}?hostaddr=127.0.0.1`)).toBe("app postgres 127.0.0.1");
  });

  test("no socket there", async () => {
    const { message } = await failureOf(whoAt("postgresql://app@%2Fnowhere/postgres"));
    expect(message).toMatch(/cannot connect to \/nowhere:5432.*\n +why: there is no such socket/);
  });
});

describe("what else a URL may say", () => {
  const url = (parameters: string) => server.url.concat("?", parameters);

  test("options reach the server, but not a build's timeouts nor its name", async () => {
    const set = url(
      "application_name=shop&statement_timeout=60000&" +
        "options=-c%20statement_timeout=60000%20-c%20work_mem=5MB",
    );
    const settings = `SELECT current_setting('statement_timeout') AS timeout,
      current_setting('work_mem') AS memory,
      current_setting('application_name') AS name`;
    const expected = { timeout: "0", memory: "5MB", name: "pgindex test" };
    expect(await inSession(set, settings)).toEqual(expected);
  });

  test.each([
    ["connect_timeout", "soon", /a whole number of seconds/],
    ["target_session_attrs", "best", /read-write, primary, any, standby or read-only/],
  ])("%s=%s is refused before anybody is asked", async (keyword, value, form) => {
    const { message } = await failureOf(whoAt(`postgresql://127.0.0.1:1/d?${keyword}=${value}`));
    expect(message).toContain(`cannot use the connection parameter ${keyword}\n`);
    expect(message).toMatch(form);
  });

  test("connect_timeout is how long a silent server is waited for", async () => {
    const silent = net.createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => silent.once("listening", resolve));
    const { port } = silent.address() as net.AddressInfo;
    const { message } = await failureOf(
      whoAt(`postgresql://127.0.0.1:${port}/d?connect_timeout=1`),
    );
    silent.close();
    expect(message).toMatch(/why: no answer within 1 s/);
  });
});
