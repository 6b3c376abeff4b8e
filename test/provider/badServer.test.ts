import { writeFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EmbeddedServer, startEmbedded } from "../../tools/embeddedPostgres.ts";
import {
  type Canary,
  createCanary,
  indexNames,
  useDatabase,
} from "../support/pulumi/pulumiDatabase.ts";
import { configured, type Opened, oneProvider, Resource, refusalOf } from "./resource.ts";

const database = useDatabase("CREATE TABLE t (a int)");
let canary: Canary;
let standby: EmbeddedServer;

/** A cold standby: it gets no WAL from anywhere, and is in recovery for ever. */
async function startStandby(): Promise<EmbeddedServer> {
  const server = await startEmbedded({ name: "standby" });
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query("CREATE TABLE t (a int)");
  await client.end();
  writeFileSync(join(server.directory, "data", "standby.signal"), "");
  await server.restart();
  return server;
}

const NEW = { table: "t", name: "new_idx", columns: ["a"] };

beforeAll(async () => {
  canary = await createCanary(database());
  standby = await startStandby();
});
afterAll(async () => {
  await canary.drop();
  await standby.stop();
});

interface Case {
  readonly what: string;
  readonly url: () => string;
  readonly cause: RegExp;
  readonly fix: RegExp;
}

/** The canary's URL with another part. */
function changed(part: Partial<Pick<URL, "port" | "pathname" | "hostname" | "password">>): string {
  return Object.assign(new URL(canary.url), part).href;
}

const cases: readonly Case[] = [
  {
    what: "a wrong password",
    url: () => changed({ password: `${new URL(canary.url).password}x` }),
    cause: /cannot connect to .* as canary_\w+\n.*password authentication failed/,
    fix: /correct the user and password in the URL/,
  },
  {
    what: "a port where nobody listens",
    url: () => changed({ hostname: "127.0.0.1", port: "1" }),
    cause: /cannot connect to 127\.0\.0\.1:1\/test_\w+ as canary_\w+\n.*nothing listens there/,
    fix: /check that the server is running, and the host and port/,
  },
  {
    what: "a host that does not exist",
    url: () => changed({ hostname: "no-such-host.invalid" }),
    cause: /cannot connect to no-such-host\.invalid:.*\n.*does not resolve/,
    fix: /check that the server is running, and the host and port/,
  },
  {
    what: "a database that does not exist",
    url: () => changed({ pathname: "/nowhere" }),
    cause: /database "nowhere" does not exist/,
    fix: /check the database name at the end of the URL/,
  },
  {
    what: "a URL whose password is not encoded",
    url: () => `postgresql://${canary.role}:${canary.password}@127.0.0.1:5432/postgres`,
    cause: /cannot read the database URL/,
    fix: /percent-encode special characters/,
  },
  {
    what: "a keyword string",
    url: () => `host=127.0.0.1 port=1 user=${canary.role} password=${canary.password}`,
    cause: /cannot read the database URL\n.*it is not of the form postgresql:/,
    fix: /set PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE/,
  },
  {
    what: "a standby",
    url: () => standby.url,
    cause: /this server takes no writes\n.*it is a replica/,
    fix: /connect to the primary/,
  },
];

const open = oneProvider({});

describe("a server that cannot be used is told in preview, with what to do", () => {
  test.for(cases)("$what", async ({ url, cause, fix }) => {
    const resource = new Resource("index", configured(open, { "pgindex:url": url() }));
    const errors = await refusalOf(resource.preview(NEW));
    expect(errors).toMatch(cause);
    expect(errors).toMatch(fix);
    canary.assertAbsent(resource.transcript);
  });
});

describe("a database in which transactions are read-only", () => {
  const BUILT = { table: "t", name: "built_idx", columns: ["a"] };
  let opened: Opened;
  let built: Resource;
  beforeAll(async () => {
    opened = await configured(open, { "pgindex:url": canary.url })();
    built = new Resource("index", async () => opened);
    await built.up(BUILT);
    const { client, name } = database();
    await client.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
  });
  afterAll(async () => {
    const { client, name } = database();
    await client.query(`ALTER DATABASE ${name} RESET default_transaction_read_only`);
    await built.destroy();
    expect(await indexNames(database())).toEqual([]);
    canary.assertAbsent(built.transcript);
  });
  const readOnly =
    /this server takes no writes\n.*transactions are read-only here.*\n.*fix: connect to the primary/;

  test("is refused in preview", async () => {
    expect(await refusalOf(new Resource("index", async () => opened).preview(NEW))).toMatch(
      readOnly,
    );
  });

  test("can be refreshed", async () => {
    expect((await built.refresh()).change).toBe("same");
  });

  test("is refused by destroy", async () => {
    expect(await refusalOf(built.destroy())).toMatch(readOnly);
    expect(await indexNames(database())).toEqual(["built_idx"]);
  });
});
