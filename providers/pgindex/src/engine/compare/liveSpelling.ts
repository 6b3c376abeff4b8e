import type { LiveIndex } from "../catalog/liveIndex";
import type { IndexDefinition } from "../declare/desiredIndex";
import { type CanonicalIndex, fieldsWith } from "../declare/indexFields";
import type { Session } from "../session/session";
import { ident } from "../text/sql";
import { type Canonicalized, makeClone, onClone, readClone } from "./clone";

/**
 * The declared form, its expressions spelled as the live index has them where both mean the same;
 * unchanged where they do not.
 *
 * What PostgreSQL prints of an expression, read again, may be another tree of the same meaning,
 * which is printed in yet another way: `status IN ('a')` on a varchar is printed
 * `(ARRAY['a'::varchar])::text[]`, and that, read again, `ARRAY[('a'::varchar)::text]`; and `\d`
 * leaves out brackets that keep one AND within another. So what was copied from a dump or from
 * `\d`, or restored from a dump, differs from its original only by having been printed. Both
 * indexes are therefore printed and read once more: they mean the same if one of the forms of the
 * one is one of the forms of the other. Nothing but PostgreSQL's own printing stands between two
 * forms of an index, and that keeps the meaning: pg_dump rests on it.
 */
export async function adoptLiveSpelling(
  session: Session,
  desired: IndexDefinition,
  declared: CanonicalIndex,
  live: LiveIndex,
): Promise<Exclude<Canonicalized, { kind: "refused" }>> {
  const unchanged = { kind: "ok", canonical: declared } as const;
  const isSettled = isSpelledAlike(declared, live.canonical) || !hasExpressions(desired);
  if (isSettled || live.table !== desired.table) return unchanged;
  const again = await onClone(session, async () => {
    const clone = await makeClone(session, desired);
    return {
      declared: await readAgain(session, desired, clone),
      live: await readAgain(session, desired, live),
    };
  });
  if (again.kind === "cannotVerify") return again;
  // What cannot be read again has no other form.
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

function hasExpressions({ keys, predicate }: IndexDefinition): boolean {
  return predicate !== undefined || keys.some((key) => key.expression !== undefined);
}

function spelledAs({ canonical }: LiveIndex, declared: CanonicalIndex): CanonicalIndex {
  const spelled = EXPRESSIONS.map((field) => [field, canonical[field]] as const);
  const form = { ...declared, ...Object.fromEntries(spelled) };
  return Object.fromEntries(Object.entries(form).filter(([, value]) => value !== undefined));
}

/**
 * What an index becomes when what is printed of it is built on the clone: as a dump has it, and as
 * `\d` shows it.
 */
async function readAgain(
  session: Session,
  { table }: IndexDefinition,
  { oid }: LiveIndex,
): Promise<CanonicalIndex[]> {
  // Of an index that has just been dropped there is nothing to print.
  const printed = await session.query<{ sql: string }>(
    `SELECT DISTINCT sql FROM (VALUES (false), (true)) AS v (is_pretty), pg_get_indexdef($1::int8::oid, 0, is_pretty) AS sql
      WHERE sql IS NOT NULL`,
    [oid],
  );
  const forms: CanonicalIndex[] = [];
  for (const { sql } of printed) {
    const name = `pgindex_${oid}_${forms.length}`;
    await session.query(`CREATE INDEX ${ident(name)} ON pg_temp.${ident(table)} ${bodyOf(sql)}`);
    forms.push((await readClone(session, name)).canonical);
  }
  return forms;
}

const NAME = /(?:"(?:[^"]|"")*"|[^" .]+)/.source;
const HEAD = new RegExp(`^CREATE (?:UNIQUE )?INDEX ${NAME} ON (?:ONLY )?(?:${NAME}\\.)?${NAME} `);

/**
 * What `pg_get_indexdef` prints after the table, which it names first.
 *
 * @example bodyOf('CREATE UNIQUE INDEX "my ON idx" ON ONLY app.t USING btree (a)') // USING btree (a)
 */
export function bodyOf(definition: string): string {
  const body = definition.replace(HEAD, "");
  if (!body.startsWith("USING ")) throw new Error(`not a printed CREATE INDEX: ${definition}`);
  return body;
}
