import { expect, test } from "vitest";
import { canonicalizeOnClone } from "../../providers/pgindex/src/engine/compare/clone.ts";
import { plainForm } from "../../providers/pgindex/src/engine/compare/forms/plainForm.ts";
import { withObserver } from "../../providers/pgindex/src/engine/session/workspace.ts";
import { type Args, declare, targetOf } from "../support/engine/engine.ts";
import { useCorpus } from "./observe.ts";

const corpus = useCorpus();

/** Ways to declare an index on a column alone, and some that are not that. */
const VARIANTS: readonly ((column: string) => Args)[] = [
  (column) => ({ columns: [column] }),
  (column) => ({ columns: [{ column, order: "desc" }], unique: true }),
  (column) => ({ columns: [{ column, order: "desc", nulls: "last" }, "parent_id"] }),
  (column) => ({ columns: [{ column, nulls: "first" }] }),
  (column) => ({ columns: ["big"], include: [column], unique: true }),
  (column) => ({ columns: [column, column] }),
  (column) => ({ columns: [column], comment: "of it", tablespace: "pg_default" }),
  (column) => ({ columns: [column], accessMethod: "hash" }),
  (column) => ({ columns: [column], storageParameters: { fillfactor: 70 } }),
  (column) => ({ columns: [column], constraint: "unique" }),
];

/** How often the catalog alone has told, of the declarations that a clone takes. */
async function compareAll(variants: typeof VARIANTS): Promise<Record<string, number>> {
  const told: Record<string, number> = {};
  const columns = await corpus.db.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute
      WHERE attrelid = 'app.docs'::regclass AND attnum > 0 AND NOT attisdropped`,
  );
  const options = { purpose: "test", writable: true };
  await withObserver(targetOf(corpus.db.url), options, async (session) => {
    for (const { name } of columns)
      for (const variant of variants) {
        const args = { schema: "app", table: "docs", name: "docs_idx", ...variant(name) };
        const desired = await declare(args);
        const plain = await plainForm(session, desired);
        if (!plain) continue;
        const clone = formOf(await canonicalizeOnClone(session, desired));
        const { tablespace: _, ...canonical } = plain.canonical;
        expect({ args, ...plain, canonical }).toEqual({ args, ...clone });
        told[name] = (told[name] ?? 0) + 1;
      }
  });
  return told;
}

/** Without the values that are read from the declaration. */
function formOf(form: Awaited<ReturnType<typeof canonicalizeOnClone>>) {
  if (form.kind !== "ok") throw new Error(`a clone does not take it: ${JSON.stringify(form)}`);
  const { tablespace: _, comment: __, ...canonical } = form.canonical;
  return { canonical, columnNames: form.columnNames };
}

test("what the catalog tells of a declaration is what a clone shows", async () => {
  const told = await compareAll(VARIANTS);
  for (const name of ["id", "title", "slug", "code", "created_at", "uid", 'Odd "col; --', "label"])
    expect({ name, told: told[name] }).toEqual({ name, told: 6 });
  // Of a domain, an enum, an array, a composite type, a range and an extension's type a clone tells.
  for (const name of ["email", "feeling", "tags", "couple", "during", "place"])
    expect({ name, told: told[name] }).toEqual({ name, told: undefined });
});

test("a default operator class of the database's own is taken, or a clone is asked", async () => {
  await corpus.db.query(
    `CREATE OPERATOR CLASS app.varchar_own DEFAULT FOR TYPE varchar USING btree AS
       OPERATOR 1 pg_catalog.<(text, text), OPERATOR 2 pg_catalog.<=(text, text),
       OPERATOR 3 pg_catalog.=(text, text), OPERATOR 4 pg_catalog.>=(text, text),
       OPERATOR 5 pg_catalog.>(text, text), FUNCTION 1 bttextcmp(text, text)`,
  );
  try {
    const told = await compareAll(VARIANTS.slice(0, 1));
    expect(told.title).toBe(1);
    expect(told.slug).toBeUndefined();
  } finally {
    await corpus.db.query("DROP OPERATOR CLASS app.varchar_own USING btree");
  }
});
