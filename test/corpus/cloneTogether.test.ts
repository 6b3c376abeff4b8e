import { beforeAll, expect, test } from "vitest";
import { canonicalizeOnClone } from "../../providers/pgindex/src/engine/compare/clone.ts";
import { cloneQueueOf } from "../../providers/pgindex/src/engine/compare/forms/cloneQueue.ts";
import { canonicalizeTogether } from "../../providers/pgindex/src/engine/compare/forms/cloneTogether.ts";
import { SharedSession } from "../../providers/pgindex/src/engine/look/sharedSession.ts";
import { SharedReads } from "../../providers/pgindex/src/engine/session/sharedReads.ts";
import { withObserver } from "../../providers/pgindex/src/engine/session/workspace.ts";
import { type Args, declare, targetOf } from "../support/engine/engine.ts";
import { EXPRESSIONS_AS_KEYS } from "./cases/expressions.ts";
import { PREDICATES } from "./cases/predicates.ts";
import { useCorpus } from "./observe.ts";

const corpus = useCorpus();
const options = { purpose: "test", writable: true };

beforeAll(async () => {
  await corpus.db.query("CREATE TABLE app.other (id int, state text, lower_case text)");
  await corpus.db.query("CREATE TABLE public.docs (id int, title text)");
  await corpus.db.query("CREATE TYPE public.other AS ENUM ('a', 'b')");
});

const declaredOn = (schema: string, table: string, args: Args) =>
  declare({ schema, table, name: `${table}_idx`, ...args });

test("many together have the forms that each has alone", async () => {
  const cases = [...EXPRESSIONS_AS_KEYS, ...PREDICATES].filter(
    ({ since = 0 }) => since <= corpus.major,
  );
  const declared = await Promise.all([
    ...cases.map(({ args }) =>
      declare({ schema: "app", table: "docs", name: "docs_idx", ...args }),
    ),
    declaredOn("app", "other", { columns: [{ expression: "lower(state)" }] }),
    declaredOn("public", "docs", { columns: [{ expression: "lower(title)" }] }),
  ]);
  await withObserver(targetOf(corpus.db.url), options, async (session) => {
    const together = await canonicalizeTogether(session, declared);
    expect(together).toHaveLength(declared.length);
    for (const [i, desired] of declared.entries()) {
      const alone = await canonicalizeOnClone(session, desired);
      if (together[i]) expect({ i, ...together[i] }).toEqual({ i, ...alone });
    }
    // The table of the same name in another schema, and what names another clone.
    expect(together.filter((form) => form === undefined).length).toBeLessThan(6);
    expect(together.at(-1)).toBeUndefined();
  });
});

test("one that is refused says so alone, and all others have their forms", async () => {
  const good = await declaredOn("app", "other", { columns: ["id"], predicate: "state = 'x'" });
  const bad = await declaredOn("app", "other", { columns: ["id"], predicate: "missing = 'x'" });
  const cast = await declaredOn("public", "docs", {
    columns: [{ expression: "(title::other)" }],
    searchPath: ["public"],
  });
  await withObserver(targetOf(corpus.db.url), options, async (session) => {
    const shared = new SharedReads(true);
    const all = new SharedSession(session, shared);
    const queue = cloneQueueOf(shared);
    const asked = [good, good, bad, cast, good].map((desired) =>
      queue.ask({ session: all.part(), desired }),
    );
    const kinds = (await Promise.all(asked)).map(({ kind }) => kind);
    expect(kinds).toEqual(["ok", "ok", "refused", "refused", "ok"]);
    expect(await asked[3]).toMatchObject({ error: { message: /IMMUTABLE/ } });
    expect(await asked[4]).toEqual(await canonicalizeOnClone(session, good));
  });
});
