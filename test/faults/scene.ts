import pg from "pg";
import { inject } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { parseIndexArgs } from "../../providers/pgindex/src/engine/declare/parseIndex.ts";
import { dropIndex } from "../../providers/pgindex/src/engine/drop/drop.ts";
import { toIndexOutputs } from "../../providers/pgindex/src/engine/record/outputs.ts";
import { refreshIndex } from "../../providers/pgindex/src/engine/record/refresh.ts";
import {
  type Args,
  declare,
  failureOf,
  type Recorder,
  record,
  targetOf,
} from "../support/engine/engine.ts";
import {
  hold,
  holdWrite,
  identityOf,
  oidOf,
  settle,
  stateOf,
  until,
  untilPhase,
  untilWaiting,
} from "../support/engine/engineDatabase.ts";
import { createRoles, dropRoles, type Roles } from "../support/engine/engineRoles.ts";
import { createDatabase, type TestDatabase } from "../support/server/database.ts";
import type { Scene, Work } from "./fault.ts";

const INDEX: Args = { table: "t", name: "t_idx", columns: ["a"] };

/** A scene, what was said on it, and its end. */
export interface OpenScene {
  readonly scene: Scene;
  /** Everything that pgindex has said, failures included. */
  said(): string;
  /** Sees that nothing of the engine's is left open, and removes the database. */
  close(): Promise<void>;
}

export async function openScene(setUp: readonly string[] = []): Promise<OpenScene> {
  const db = await createDatabase();
  await db.query("CREATE TABLE t (a int, b int)");
  await db.query("CREATE TABLE other (a int, b int)");
  await db.query("INSERT INTO t SELECT i, i FROM generate_series(1, 100) i");
  for (const statement of setUp) await db.query(statement);
  const works: Work<unknown>[] = [];
  const told: string[] = [];
  const strangers: pg.Client[] = [];
  let roles: Roles | undefined;
  const work = <T>(start: (recorder: Recorder) => Promise<T>): Work<T> => {
    const begun = begin(start);
    works.push(begun);
    return begun;
  };
  const scene: Scene = {
    db,
    ...engineOn(db, work, told),
    hold: (...statements) => hold(db, ...statements),
    holdElsewhere: async (...statements) => void strangers.push(await elsewhere(statements)),
    holdWrite: (table) => holdWrite(db, table),
    other: (sql) => runBeside(db, sql),
    roles: async () => (roles ??= await createRoles(db)),
    until,
    untilPhase: (phase) => untilPhase(db, phase),
    untilWaiting: (statement) => untilWaiting(db, statement),
    stateOf: (index) => stateOf(db, index),
    oidOf: (index) => oidOf(db, index),
  };
  return {
    scene,
    said: () => [...told, ...works.map((each) => each.said())].join("\n"),
    close: async () => {
      // What a failed case has left waiting must not keep its database.
      for (const each of works) each.cancel();
      for (const client of strangers) await client.end();
      await settle(db);
      if (roles) await dropRoles(db, roles);
      await db.drop();
    },
  };
}

type Begin = <T>(start: (recorder: Recorder) => Promise<T>) => Work<T>;

function engineOn(
  db: TestDatabase,
  work: Begin,
  told: string[],
): Pick<Scene, "build" | "drop" | "preview" | "drift" | "refusal"> {
  const declareOn = (args: Args = {}) => declare({ ...INDEX, ...args });
  return {
    build: (args, target) =>
      work(async ({ ctx }) =>
        ensureIndex({ database: targetOf(db.url, target), desired: await declareOn(args), ctx }),
      ),
    drop: ({ live }, target) =>
      work(({ ctx }) => dropIndex(targetOf(db.url, target), identityOf(live), ctx)),
    preview: async (args, target) => {
      const lines = await previewIndex(targetOf(db.url, target), await declareOn(args));
      told.push(...lines);
      return lines.join("\n");
    },
    drift: async (built, args) => {
      const outputs = toIndexOutputs(built, await declareOn(args), []);
      return (await refreshIndex(targetOf(db.url), outputs))?.drift;
    },
    refusal: async (args) => {
      const parsed = await parseIndexArgs({ ...INDEX, ...args });
      const message = JSON.stringify(parsed);
      if (parsed.kind === "ok") throw new Error(`these arguments were taken: ${message}`);
      told.push(message);
      return message;
    },
  };
}

function begin<T>(start: (recorder: Recorder) => Promise<T>): Work<T> {
  const recorder = record();
  const { lines, statuses, cancel } = recorder;
  const said = () => [...statuses, ...lines];
  const done = start(recorder);
  done.catch((error: Error) => lines.push(error.message));
  return {
    done,
    failure: async () => (await failureOf(done)).message,
    said: () => said().join("\n"),
    says: async (...words) => {
      const found = async () => said().find((line) => words.every((word) => line.includes(word)));
      return until(`pgindex says ${words.join(" … ")}`, found).catch((error: Error) => {
        throw new Error(`${error.message}; it said:\n${said().join("\n")}`);
      });
    },
    cancel,
  };
}

/** In the database that the server came with. */
async function elsewhere(statements: readonly string[]): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: inject("server").url });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  return client;
}

async function runBeside(db: TestDatabase, sql: string): Promise<string> {
  const client = await db.connect();
  try {
    const { rows } = await client.query(sql);
    return JSON.stringify(rows ?? []);
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}
