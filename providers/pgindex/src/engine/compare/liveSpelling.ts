import type { LiveIndex } from "../catalog/liveIndex";
import { fragmentsOf, type IndexDefinition } from "../declare/desiredIndex";
import { type CanonicalIndex, fieldsWith } from "../declare/indexFields";
import type { Session } from "../session/session";
import { ident } from "../text/sql";
import { type Canonicalized, makeClone, onClone, readClone } from "./clone";
import type { RunSafely } from "./safely";

/**
 * The declared form, with its expressions spelled as in the live index if both mean the same;
 * unchanged if they do not.
 *
 * When PostgreSQL parses an expression that it printed, the result can be a different tree with the
 * same meaning, which prints differently again: `status IN ('a')` on a varchar prints as
 * `(ARRAY['a'::varchar])::text[]`, and that, parsed again, as `ARRAY[('a'::varchar)::text]`. `\d`
 * also omits brackets that nest one AND within another. So an expression that was copied or
 * restored from a dump, or copied from `\d`, can differ from its original only in how it was
 * printed. Therefore both indexes are printed and parsed once more: they mean the same if any form
 * of one equals any form of the other. The forms of an index differ only by PostgreSQL's own
 * printing, which preserves the meaning: pg_dump relies on it.
 */
export async function adoptLiveSpelling(
  session: Session,
  desired: IndexDefinition,
  declared: CanonicalIndex,
  live: LiveIndex,
): Promise<Exclude<Canonicalized, { kind: "refused" }>> {
  const unchanged = { kind: "ok", canonical: declared } as const;
  const isSettled = isSpelledAlike(declared, live.canonical) || fragmentsOf(desired).length === 0;
  if (isSettled || live.table !== desired.table) return unchanged;
  const again = await onClone(session, async () => {
    const { index, run } = await makeClone(session, desired, live);
    return {
      declared: await readAgain(session, desired, index, run),
      live: await readAgain(session, desired, live, run),
    };
  });
  if (again.kind === "cannotVerify") return again;
  // An index that cannot be rebuilt from its printed form has no other form.
  if (again.kind === "refused") return unchanged;
  const liveForms = [live.canonical, ...again.value.live];
  const meansTheSame = [declared, ...again.value.declared].some((one) =>
    liveForms.some((other) => isSpelledAlike(one, other)),
  );
  return meansTheSame ? { kind: "ok", canonical: spelledAs(live, declared) } : unchanged;
}

const EXPRESSIONS = fieldsWith("isExpression", true);

function isSpelledAlike(one: CanonicalIndex, other: CanonicalIndex): boolean {
  return EXPRESSIONS.every((field) => one[field] === other[field]);
}

function spelledAs({ canonical }: LiveIndex, declared: CanonicalIndex): CanonicalIndex {
  const spelled = EXPRESSIONS.map((field) => [field, canonical[field]] as const);
  const form = { ...declared, ...Object.fromEntries(spelled) };
  return Object.fromEntries(Object.entries(form).filter(([, value]) => value !== undefined));
}

/**
 * The forms of an index when it is rebuilt on the clone from its printed definition: as in a dump,
 * and as in `\d`.
 */
async function readAgain(
  session: Session,
  desired: IndexDefinition,
  { oid }: LiveIndex,
  run: RunSafely,
): Promise<CanonicalIndex[]> {
  // An index that has just been dropped prints as null.
  const printed = await session.query<{ sql: string }>(
    `SELECT DISTINCT sql
       FROM (VALUES (false), (true)) AS v (is_pretty),
            pg_get_indexdef($1::int8::oid, 0, is_pretty) AS sql
      WHERE sql IS NOT NULL`,
    [oid],
  );
  const forms: CanonicalIndex[] = [];
  for (const { sql } of printed) {
    const name = `pgindex_${oid}_${forms.length}`;
    await run([`CREATE INDEX ${ident(name)} ON pg_temp.${ident(desired.table)} ${bodyOf(sql)}`]);
    forms.push((await readClone(session, desired, name)).canonical);
  }
  return forms;
}

const NAME = /(?:"(?:[^"]|"")*"|[^" .]+)/.source;
const HEAD = new RegExp(`^CREATE (?:UNIQUE )?INDEX ${NAME} ON (?:ONLY )?(?:${NAME}\\.)?${NAME} `);

/**
 * The part of a `pg_get_indexdef` definition that follows the table's name.
 *
 * @example
 * bodyOf('CREATE UNIQUE INDEX "my ON idx" ON ONLY app.t USING btree (a)') // USING btree (a)
 */
export function bodyOf(definition: string): string {
  const body = definition.replace(HEAD, "");
  if (!body.startsWith("USING ")) throw new Error(`not a printed CREATE INDEX: ${definition}`);
  return body;
}
