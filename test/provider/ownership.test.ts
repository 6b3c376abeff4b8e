// Whose an index is: every way in which Pulumi hands an index from one entry of the state to
// another, with the calls in the engine's order, in one process or in one for each command.
import { beforeEach, describe, expect, test } from "vitest";
import { useDatabase } from "../support/pulumi/pulumiDatabase.ts";
import type { ProviderProcess } from "../support/pulumi/pulumiProvider.ts";
import type { Line } from "../support/pulumi/pulumiRun.ts";
import type { TestDatabase } from "../support/server/database.ts";
import { check, create, diff, type Properties, remove, type State, update } from "./calls.ts";
import { type Opened, oneProvider } from "./resource.ts";

const database = useDatabase("CREATE TABLE t (a int, b int); CREATE TABLE u (a int, b int)");
const TYPE = "pulumi-nodejs:pgindex:Index";
const urn = (name: string, parents = "", stack = "dev") =>
  `urn:pulumi:${stack}::app::${parents}${TYPE}::${name}`;

const A = urn("a");
const B = urn("b");
const IN_COMPONENT = urn("a", "my:index:Set$");
const OTHER_STACK = urn("a", "", "pr-17");
const args = { table: "t", name: "t_a_idx", columns: ["a"] };

interface Standing {
  readonly oid: number;
  readonly valid: boolean;
  readonly comment: string | null;
}

async function standing(name = "t_a_idx", db: TestDatabase = database()): Promise<Standing> {
  const [row] = await db.query<Standing>(
    `SELECT c.oid::int AS oid, indisvalid AND indisready AND indislive AS valid,
            obj_description(c.oid, 'pg_class') AS comment
       FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE relname = '${name}'`,
  );
  if (!row) throw new Error(`there is no index ${name}`);
  return row;
}

const count = async () =>
  (await database().query("SELECT FROM pg_class WHERE relkind = 'i' AND relname LIKE 't\\_%'"))
    .length;

/** A command, which knows nothing of those before it. */
interface Command {
  readonly process: ProviderProcess;
  readonly lines: readonly Line[];
  readonly __provider: string;
}

const opened = new Map<string, () => Promise<Opened>>();

async function command(config: Readonly<Record<string, string>> = {}): Promise<Command> {
  const key = JSON.stringify(config);
  const open = opened.get(key) ?? oneProvider({ DATABASE_URL: database().url }, config);
  opened.set(key, open);
  const { process, lines, begin } = await open();
  const before = lines.length;
  return {
    process,
    get lines() {
      return lines.slice(before);
    },
    __provider: begin("index"),
  };
}

/** The state as the command loads it: another text would be a replacement. */
function loaded({ __provider }: Command, { id, inputs, outputs }: State): State {
  return { id, inputs: { ...inputs, __provider }, outputs: { ...outputs, __provider } };
}

async function checked(
  { process, __provider }: Command,
  of: string,
  declared: object = args,
  olds: Properties = {},
): Promise<Properties> {
  const { inputs, failures } = await check(process, olds, { ...declared, __provider, __urn: of });
  if (failures.length > 0) throw new Error(failures.join("\n"));
  return inputs;
}

async function made(opened: Command, of: string, declared: object = args): Promise<State> {
  return create(opened.process, await checked(opened, of, declared));
}

/** An up of a program that declares one index. */
async function up(of: string, declared: object = args): Promise<State> {
  return made(await command(), of, declared);
}

async function destroy(state: State): Promise<string> {
  const opened = await command();
  await remove(opened.process, loaded(opened, state));
  return said(opened);
}

function said({ lines }: Command): string {
  return lines.map(({ severity, message }) => `${severity}: ${message}`).join("\n");
}

beforeEach(async () => {
  await database().query("DROP INDEX IF EXISTS t_a_idx, t_b_idx, t_c_idx");
});

type HandOver = (old: State, config: Readonly<Record<string, string>>) => Promise<State>;

/** The engine checks and creates the new entry, then deletes the old one. */
const inOneRun =
  (to: string): HandOver =>
  async (old, config) => {
    const opened = await command(config);
    const next = await made(opened, to);
    await remove(opened.process, loaded(opened, old));
    return next;
  };

/** As `up --target`, then `up`; or as two Connections, each of which has its own process. */
const inTwoRuns =
  (to: string): HandOver =>
  async (old, config) => {
    const next = await made(await command(config), to);
    const second = await command(config);
    await remove(second.process, loaded(second, old));
    return next;
  };

/** `deleteBeforeReplace`. */
const deletedFirst: HandOver = async (old, config) => {
  const opened = await command(config);
  const inputs = await checked(opened, A);
  await remove(opened.process, loaded(opened, old));
  return create(opened.process, inputs);
};

/** The old entry alone is a target: Pulumi checks the new one and deletes the old one. */
const oldTargetFirst: HandOver = async (old, config) => {
  const opened = await command(config);
  await checked(opened, B);
  await remove(opened.process, loaded(opened, old));
  return made(await command(config), B);
};

const HAND_OVERS: readonly (readonly [title: string, handOver: HandOver])[] = [
  ["another logical name, in one run", inOneRun(B)],
  ["another logical name, in two runs", inTwoRuns(B)],
  ["into a component, in one run", inOneRun(IN_COMPONENT)],
  ["into a component, in two runs", inTwoRuns(IN_COMPONENT)],
  ["taint or --replace", inOneRun(A)],
  ["taint or --replace, interrupted before the delete", inTwoRuns(A)],
  ["--replace with deleteBeforeReplace", deletedFirst],
  ["--target of the old entry, then of the new one", oldTargetFirst],
];

describe("an index stands while it is handed on, and goes with its last owner", () => {
  test.each(HAND_OVERS)("%s", async (_title, handOver) => {
    const old = await up(A);
    const { oid } = await standing();
    const next = await handOver(old, {});
    expect(await standing()).toMatchObject({ oid, valid: true });
    expect((await standing()).comment).toContain(`id=${next.outputs.ownerId} `);
    await destroy(next);
    expect(await count()).toBe(0);
  });

  test.each(HAND_OVERS.filter(([title]) => !/two runs|interrupted/.test(title)))(
    "without marks: %s",
    async (_title, handOver) => {
      const config = { "pgindex:ownershipMarks": "false" };
      const old = await made(await command(config), A);
      const { oid, comment } = await standing();
      expect(comment).toBeNull();
      const next = await handOver(old, config);
      expect(await standing()).toMatchObject({ oid, valid: true, comment: null });
      expect(next.outputs.ownerId).toBeNull();
    },
  );

  test("an old entry of release 0.1, which knows no owner", async () => {
    const old = await made(await command({ "pgindex:ownershipMarks": "false" }), A);
    const { ownerId: _, origin: __, database: ___, ...outputs } = old.outputs;
    const { oid } = await standing();
    const next = await up(B);
    expect(await destroy({ ...old, outputs })).toMatch(
      /kept index public\.t_a_idx .* as app\/dev, b/,
    );
    expect(await standing()).toMatchObject({ oid, valid: true });
    await destroy(next);
    // It was found, not built, as far as anybody knows.
    expect(await standing()).toMatchObject({ oid, valid: true, comment: null });
  });
});

test("the preview of a renamed resource says whose the index was, and names aliases", async () => {
  await up(A);
  const preview = await command();
  await checked(preview, B, { ...args, __preview: true });
  expect(said(preview)).toMatch(
    /until now it belonged to app\/dev, a, .*; .* aliases: \[\{ name: "a" \}\]/,
  );
});

test("a renamed resource with another definition is refused, and aliases are named", async () => {
  await up(A);
  const { oid } = await standing();
  const changed = { ...args, columns: ["b"] };
  await expect(up(B, changed)).rejects.toThrow(
    /another resource of this stack has it, app\/dev, a; .*\n.*aliases: \[\{ name: "a" \}\]/,
  );
  expect((await standing()).oid).toBe(oid);
});

describe("the mark", () => {
  test("is read by people, and says who built it", async () => {
    const { outputs } = await up(A);
    const { comment } = await standing();
    expect(comment).toMatch(
      /^managed by Pulumi: app\/dev, a \[pgindex 1 built stack=\w{8} urn=\w{8} id=\w{12} db=\w{8}\]$/,
    );
    expect(outputs).toMatchObject({ origin: "built", adopted: false });
  });

  test("stands below the user's own comment, which changes apart from it", async () => {
    const opened = await command();
    const commented = { ...args, comment: "for sign-in" };
    const first = await made(opened, A, commented);
    const marked = (await standing()).comment?.split("\n") ?? [];
    expect(marked).toEqual(["for sign-in", expect.stringContaining("managed by Pulumi")]);
    const next = await command();
    const inputs = await checked(next, A, { ...args, comment: "" }, first.inputs);
    await update(next.process, loaded(next, first), inputs);
    expect((await standing()).comment).toBe(marked[1]);
  });

  test("of a comment that nobody declared leaves it as it is", async () => {
    await database().query("CREATE INDEX t_a_idx ON t (a)");
    await database().query("COMMENT ON INDEX t_a_idx IS 'by the DBA'");
    const state = await up(A);
    expect((await standing()).comment).toMatch(/^by the DBA\nmanaged by Pulumi: app\/dev, a /);
    await destroy(state);
    expect((await standing()).comment).toBe("by the DBA");
  });

  test.each([
    ["REINDEX CONCURRENTLY", "REINDEX INDEX CONCURRENTLY t_a_idx", "t_a_idx"],
    ["a rename", "ALTER INDEX t_a_idx RENAME TO t_c_idx", "t_c_idx"],
  ])("outlives %s, and the destroy finds the index by it", async (_title, sql, name) => {
    const state = await up(A);
    await database().query(sql);
    expect((await standing(name)).comment).toContain(`id=${state.outputs.ownerId} `);
    await destroy(state);
    expect(await count()).toBe(0);
  });

  test("outlives a change in place", async () => {
    const first = await up(A);
    const opened = await command();
    const inputs = await checked(opened, A, { ...args, columns: ["b"] }, first.inputs);
    const second = await update(opened.process, loaded(opened, first), inputs);
    expect(second.outputs.ownerId).toBe(first.outputs.ownerId);
    expect((await standing()).comment).toContain(`id=${first.outputs.ownerId} `);
    expect(await count()).toBe(1);
  });

  test("that somebody wrote over is missed by the next preview, and written again", async () => {
    const first = await up(A);
    await database().query("COMMENT ON INDEX t_a_idx IS 'mine'");
    const opened = await command();
    const inputs = await checked(opened, A, args, first.inputs);
    expect((await diff(opened.process, loaded(opened, first), inputs)).changes).toBe(true);
    expect(said(opened)).toContain("its comment no longer names its owner");
    const second = await update(opened.process, loaded(opened, first), inputs);
    expect((await standing()).comment).toMatch(/^mine\nmanaged by Pulumi: app\/dev, a /);
    const again = await command();
    const same = await checked(again, A, args, second.inputs);
    expect((await diff(again.process, loaded(again, second), same)).changes).toBeUndefined();
  });
});

describe("one index, one owner", () => {
  test("two resources of a program are refused, whichever comes second", async () => {
    const opened = await command();
    await checked(opened, A);
    await expect(checked(opened, B)).rejects.toThrow(
      /refused: index public\.t_a_idx is declared twice, here and by a\n.*why: .*\n.*fix: /,
    );
    await checked(opened, A);
  });

  test("two indexes of a name in a program are refused, on whichever tables", async () => {
    const opened = await command();
    await checked(opened, A);
    const onOther = { ...args, table: "u" };
    const refusal = new RegExp(
      "refused: index public\\.t_a_idx on public\\.u has the name of another one, which a declares " +
        "on public\\.t\n.*unique in its schema.*\n.*another name",
    );
    await expect(checked(opened, B, { ...onOther, __preview: true })).rejects.toThrow(refusal);
    await expect(checked(opened, B, onOther)).rejects.toThrow(refusal);
    // The resource itself may move to another table.
    await checked(opened, A, onOther);
  });

  test("another stack is refused in its preview, with the first one's name", async () => {
    await up(A);
    await expect(up(OTHER_STACK)).rejects.toThrow(
      /belongs to another stack: app\/dev, a\n.*\n.*takeOverFrom: "app\/dev"/,
    );
    await expect(up(OTHER_STACK, { ...args, takeOverFrom: "app/else" })).rejects.toThrow(
      /belongs to another stack/,
    );
  });

  test("a declared take-over passes it on: the first stack's destroy keeps it", async () => {
    const first = await up(A);
    const { oid } = await standing();
    const second = await up(OTHER_STACK, { ...args, takeOverFrom: "app/dev" });
    const opened = await command();
    const inputs = await checked(opened, A, args, first.inputs);
    expect((await diff(opened.process, loaded(opened, first), inputs)).changes).toBe(true);
    expect(said(opened)).toContain("it now belongs to app/pr-17, a");
    await expect(update(opened.process, loaded(opened, first), inputs)).rejects.toThrow(
      /belongs to another stack/,
    );
    expect(await destroy(first)).toMatch(/kept index .*: it is now declared as app\/pr-17, a/);
    expect(await standing()).toMatchObject({ oid, valid: true });
    await destroy(second);
    expect(await count()).toBe(0);
  });

  test("two Connections of one stack: the first sees the second, and its destroy keeps", async () => {
    const first = await up(A);
    const second = await up(B);
    const opened = await command();
    const inputs = await checked(opened, A, args, first.inputs);
    expect((await diff(opened.process, loaded(opened, first), inputs)).changes).toBe(true);
    await expect(update(opened.process, loaded(opened, first), inputs)).rejects.toThrow(
      /belongs to another resource of this stack: app\/dev, b/,
    );
    await destroy(first);
    expect(await standing()).toMatchObject({ valid: true });
    await destroy(second);
    expect(await count()).toBe(0);
  });
});

describe("what a resource did not have is not touched", () => {
  const OTHER = "CREATE INDEX t_b_idx ON t (b)";

  test("a new name that somebody's other index has is refused", async () => {
    const first = await up(A);
    await database().query(OTHER);
    const before = [await standing("t_a_idx"), await standing("t_b_idx")];
    const opened = await command();
    await expect(checked(opened, A, { ...args, name: "t_b_idx" }, first.inputs)).rejects.toThrow(
      /exists with another definition/,
    );
    const forced = { ...loaded(opened, first).inputs, name: "t_b_idx" };
    await expect(update(opened.process, loaded(opened, first), forced)).rejects.toThrow(
      /exists with another definition/,
    );
    expect([await standing("t_a_idx"), await standing("t_b_idx")]).toEqual(before);
  });

  test("two resources that exchange their names are refused, and both indexes stand", async () => {
    const a = await up(A);
    const b = await up(B, { ...args, name: "t_b_idx", columns: ["b"] });
    const before = [await standing("t_a_idx"), await standing("t_b_idx")];
    const opened = await command();
    await expect(checked(opened, A, { ...args, name: "t_b_idx" }, a.inputs)).rejects.toThrow(
      /belongs to another resource of this stack: app\/dev, b/,
    );
    for (const [state, name] of [
      [a, "t_b_idx"],
      [b, "t_a_idx"],
    ] as const)
      await expect(
        update(opened.process, loaded(opened, state), { ...loaded(opened, state).inputs, name }),
      ).rejects.toThrow(/belongs to another resource/);
    expect([await standing("t_a_idx"), await standing("t_b_idx")]).toEqual(before);
  });

  test("also when both have the same definition", async () => {
    const a = await up(A);
    const b = await up(B, { ...args, name: "t_b_idx" });
    const before = [await standing("t_a_idx"), await standing("t_b_idx")];
    const opened = await command();
    const inputs = { ...loaded(opened, a).inputs, name: "t_b_idx" };
    await expect(update(opened.process, loaded(opened, a), inputs)).rejects.toThrow(
      /belongs to another resource/,
    );
    expect([await standing("t_a_idx"), await standing("t_b_idx")]).toEqual(before);
    await destroy(b);
    expect(await standing()).toMatchObject({ valid: true });
  });

  test("an index that somebody has built anew under our name is kept by a destroy", async () => {
    const state = await up(A);
    await database().query("DROP INDEX t_a_idx");
    await database().query("CREATE INDEX t_a_idx ON t (a)");
    expect(await destroy(state)).toMatch(/kept index .*: it is not the one that this stack built/);
    expect(await standing()).toMatchObject({ valid: true });
  });
});

describe("what the stack found is kept by a destroy, unless it is declared otherwise", () => {
  test.each<[dropOnDestroy: boolean | undefined, isBuiltHere: boolean, left: number]>([
    [undefined, false, 1],
    [true, false, 0],
    [false, false, 1],
    [undefined, true, 0],
    [true, true, 0],
    [false, true, 1],
  ])("dropOnDestroy: %s, built here: %s", async (dropOnDestroy, isBuiltHere, left) => {
    if (!isBuiltHere) await database().query("CREATE INDEX t_a_idx ON t (a)");
    const state = await up(A, { ...args, dropOnDestroy });
    const text = await destroy(state);
    expect(await count()).toBe(left);
    if (left === 1) {
      expect(text).toMatch(/warning: kept index public\.t_a_idx \(\d+ \w+\): .*DROP INDEX/);
      expect((await standing()).comment).toBeNull();
    }
  });

  test("found by a, declared as b: still found", async () => {
    await database().query("CREATE INDEX t_a_idx ON t (a)");
    const old = await up(A);
    const next = await inOneRun(B)(old, {});
    expect(next.outputs.origin).toBe("adopted");
    await destroy(next);
    expect(await count()).toBe(1);
  });
});
