// Between the look of an up and its change: check and diff look, create and update do no more.
import { beforeEach, describe, expect, test } from "vitest";
import { indexNames, leaveInvalid, useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import type { ProviderProcess } from "../support/pulumi/pulumiProvider.ts";
import { check, create, diff, type Properties, type State, update } from "./calls.ts";
import { type Opened, oneProvider } from "./resource.ts";

const database = useDatabase("CREATE TABLE t (a int, b int)");
const URN = "urn:pulumi:dev::app::pulumi-nodejs:pgindex:Index::a";
const args = { table: "t", name: "t_idx", columns: ["a"] };
const STOPPED = /stopped: index public\.\w+ on public\.t has changed since it was looked at/;

let open: (() => Promise<Opened>) | undefined;

interface Command {
  readonly process: ProviderProcess;
  readonly hidden: Properties;
}

/** A command, which knows nothing of those before it. */
async function command(): Promise<Command> {
  open ??= oneProvider({ DATABASE_URL: database().url });
  const { process, begin } = await open();
  return { process, hidden: { __provider: begin("index"), __urn: URN } };
}

async function checked({ process, hidden }: Command, declared: object, olds: Properties = {}) {
  const { inputs, failures } = await check(process, olds, { ...declared, ...hidden });
  if (failures.length > 0) throw new Error(failures.join("\n"));
  return inputs;
}

/** An up that creates or changes it, with what somebody does right before the change. */
async function up(declared: object, state?: State, meanwhile?: () => Promise<unknown>) {
  const run = await command();
  const { process, hidden } = run;
  const inputs = await checked(run, declared, state && { ...state.inputs, ...hidden });
  const old = state && { ...state, outputs: { ...state.outputs, ...hidden } };
  if (old) await diff(process, old, inputs);
  await meanwhile?.();
  return old ? update(process, old, inputs) : create(process, inputs);
}

const sql = (text: string) => () => database().query(text);

beforeEach(async () => {
  await database().query("DROP INDEX IF EXISTS t_idx, t_b_idx, theirs");
});

describe("stops where somebody has changed the index since", () => {
  test("a build was looked at, an INVALID index of somebody's stands there", async () => {
    const leave = () => leaveInvalid(database(), "CREATE INDEX t_idx ON t (a)");
    await expect(up(args, undefined, leave)).rejects.toThrow(STOPPED);
    expect(await indexNames(database())).toEqual(["INVALID t_idx"]);
  });

  test("a standing index was looked at, and is gone", async () => {
    await database().query("CREATE INDEX t_idx ON t (a)");
    await expect(up(args, undefined, sql("DROP INDEX t_idx"))).rejects.toThrow(STOPPED);
    expect(await indexNames(database())).toEqual([]);
  });

  test.each([
    ["is gone", "DROP INDEX t_idx", []],
    ["has another name", "ALTER INDEX t_idx RENAME TO theirs", ["theirs"]],
  ])("a new comment was looked at, and the index %s", async (_title, text, left) => {
    const state = await up(args);
    await expect(up({ ...args, comment: "new" }, state, sql(text))).rejects.toThrow(STOPPED);
    expect(await indexNames(database())).toEqual(left);
  });

  test("only what it serves has changed, and the index was redefined before", async () => {
    const state = await up(args);
    await database().query("COMMENT ON INDEX t_idx IS ''");
    const marked = await up(args, state);
    await database().query("ALTER INDEX t_idx SET (fillfactor = 50)");
    const changed = { ...args, serves: [{ name: "q", sql: "SELECT a FROM t WHERE a = 1" }] };
    await expect(up(changed, marked)).rejects.toThrow(STOPPED);
    const [row] = await database().query("SELECT reloptions FROM pg_class WHERE relname = 't_idx'");
    expect(row).toEqual({ reloptions: ["fillfactor=50"] });
  });
});

describe("goes on", () => {
  test("where somebody has built the same meanwhile", async () => {
    const made = await up(args, undefined, sql("CREATE INDEX t_idx ON t (a)"));
    expect(made.outputs).toMatchObject({ adopted: true, valid: true });
  });

  test("with what only the state knows: renamed outside, and declared anew", async () => {
    const state = await up(args);
    await database().query("ALTER INDEX t_idx RENAME TO theirs");
    await up({ ...args, columns: ["b"] }, state);
    expect(await indexNames(database())).toEqual(["t_idx"]);
  });

  test("where the look found the change: the next up", async () => {
    const state = await up(args);
    const changed = { ...args, comment: "new" };
    await expect(up(changed, state, sql("DROP INDEX t_idx"))).rejects.toThrow(STOPPED);
    const made = await up(changed, state);
    expect(made.outputs).toMatchObject({ valid: true });
    expect(await indexNames(database())).toEqual(["t_idx"]);
  });

  test("where no look was wanted", async () => {
    const unseen = { ...args, validateInPreview: false };
    const state = await up(unseen);
    await up({ ...unseen, comment: "new" }, state, sql("DROP INDEX t_idx"));
    expect(await indexNames(database())).toEqual(["t_idx"]);
  });
});
