import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Canary,
  createCanary,
  indexNames,
  useDatabase,
} from "../support/pulumi/pulumiDatabase.ts";
import { configured, type Opened, oneProvider, Resource } from "./resource.ts";

const NOBODY_LISTENS = "postgresql://nobody:nothing@127.0.0.1:1/nowhere";
const database = useDatabase("CREATE TABLE users (id int, email text)");
let canary: Canary;
beforeAll(async () => {
  canary = await createCanary(database());
});
const tokens: string[] = [];
afterAll(async () => {
  for (const file of tokens) rmSync(file);
  await canary.drop();
});

const args = { table: "users", name: "users_email_idx", columns: ["email"] };

describe("where an index connects to, first source that is there", () => {
  interface Source {
    readonly source: string;
    readonly env: () => Readonly<Record<string, string>>;
    /** As the engine gives it to the process. */
    readonly config?: () => Readonly<Record<string, string>>;
  }

  const pgVariables = (): Record<string, string> => {
    const { hostname, port, pathname } = new URL(canary.url);
    return {
      PGHOST: hostname,
      PGPORT: port,
      PGUSER: canary.role,
      PGPASSWORD: canary.password,
      PGDATABASE: pathname.slice(1),
    };
  };

  /** As a cloud's tool would, from what it knows: here from a file's name. */
  const printPassword = () => {
    const file = join(tmpdir(), `${canary.role}.token`);
    writeFileSync(file, canary.password, { mode: 0o600 });
    tokens.push(file);
    return `console.log(fs.readFileSync(${JSON.stringify(file)}, "utf8"))`;
  };

  const sources: readonly Source[] = [
    {
      source: "the Connection's URL",
      env: () => ({ DATABASE_URL: NOBODY_LISTENS }),
      config: () => ({ "pgindex:url": canary.url, "pgindex:databaseUrl": NOBODY_LISTENS }),
    },
    {
      source: "the stack's pgindex:databaseUrl",
      env: () => ({ DATABASE_URL: NOBODY_LISTENS }),
      config: () => ({ "pgindex:databaseUrl": canary.url }),
    },
    {
      source: "DATABASE_URL",
      env: () => ({ DATABASE_URL: canary.url, PGHOST: "127.0.0.1", PGPORT: "1" }),
    },
    { source: "the PG* variables", env: pgVariables },
    {
      source: "the Connection's URL, and the password of its passwordCommand",
      env: () => ({}),
      config: () => ({
        "pgindex:url": canary.url.replace(`:${canary.password}@`, "@"),
        "pgindex:passwordCommand": JSON.stringify([process.execPath, "-e", printPassword()]),
      }),
    },
  ];

  const processes = new Map<string, () => Promise<Opened>>();

  test.for(sources)("$source", async ({ env, config }) => {
    const key = JSON.stringify(env());
    const open = processes.get(key) ?? oneProvider(env());
    processes.set(key, open);
    const index = new Resource("index", configured(open, config?.() ?? {}));
    await index.up(args);
    const state = JSON.stringify(index.state);
    expect(await indexNames(database())).toEqual(["users_email_idx"]);
    expect((await index.preview(args)).change).toBe("same");
    await index.destroy();
    expect(await indexNames(database())).toEqual([]);
    canary.assertAbsent(index.transcript + state);
  });
});
