import fc from "fast-check";
import type { Args } from "../support/engine/engine.ts";

/** Definitions at random over `app.docs`, such as PostgreSQL takes on every version. */

const BTREE = [
  "id",
  "big",
  "title",
  "slug",
  "email",
  "feeling",
  "price",
  "created_at",
  "day",
  "active",
  "uid",
  "MixedCase",
];
const BY_METHOD: Readonly<Record<string, readonly string[]>> = {
  gin: ["tags", "labels", "data", "words", "nums", "moods"],
  gist: ["during", "valid", "place", "area", "words"],
  brin: ["id", "day", "created_at", "price", "title"],
  spgist: ["place", "title", "during"],
  hash: ["title", "slug", "id", "uid"],
};
const ONE_COLUMN = new Set(["hash", "spgist"]);

const EXPRESSIONS = [
  "lower(title)",
  "upper(slug)",
  "coalesce(parent_id, -1)",
  "id % 7",
  "(data ->> 'at')::int",
  "data ->> 'kind'",
  "date_trunc('day', updated_at)",
  "(created_at AT TIME ZONE 'UTC')::date",
  "norm(title)",
  "tags[1]",
  "CASE WHEN active THEN id ELSE -id END",
  "md5(title || slug)",
  "extract(year from updated_at)",
];

const TEXT = new Set(["title", "slug", "email"]);

const constant = fc.oneof(
  fc.integer({ min: -1000, max: 1000 }).map((n) => `id > ${n}`),
  fc.constantFrom("sad", "ok", "happy").map((mood) => `feeling = '${mood}'`),
  fc
    .array(fc.string({ maxLength: 4 }), { minLength: 1, maxLength: 4 })
    .map((list) => `slug IN (${list.map(quoted).join(", ")})`),
  fc.string({ maxLength: 8 }).map((text) => `title <> ${quoted(text)}`),
  fc
    .tuple(fc.integer({ min: -9, max: 9 }), fc.nat(9))
    .map(([low, more]) => `price BETWEEN ${low} AND ${low + more}`),
  fc.integer({ min: 1, max: 27 }).map((day) => `created_at >= '2026-01-${day}'`),
  fc.constantFrom(
    "active",
    "title IS NULL",
    "parent_id IS NOT NULL",
    "data ? 'kind'",
    "'a' = ANY (tags)",
  ),
);

/** Conditions of conditions. */
const predicate = fc.letrec<{ node: string; leaf: string }>((tie) => ({
  leaf: constant,
  node: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    tie("leaf"),
    tie("node").map((inner) => `NOT (${inner})`),
    fc.tuple(tie("node"), tie("node")).map(([left, right]) => `(${left}) AND (${right})`),
    fc.tuple(tie("node"), tie("node")).map(([left, right]) => `${left} OR ${right}`),
  ),
})).node;

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''").replaceAll("\0", "")}'`;
}

const name = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 20 })
  .map((text) => text.replaceAll("\0", "_"))
  .filter((text) => Buffer.byteLength(text) <= 60 && text.isWellFormed())
  .map((text) => `i_${text}`);

const order = fc.record(
  { order: fc.constantFrom("asc", "desc"), nulls: fc.constantFrom("first", "last") },
  { requiredKeys: [] },
);

const btreeKey = fc.oneof(
  fc
    .tuple(fc.constantFrom(...BTREE), order, fc.constantFrom(undefined, "C", "POSIX"))
    .map(([column, more, collation]) => ({
      column,
      ...more,
      ...(TEXT.has(column) && collation && { collation }),
    })),
  fc
    .tuple(fc.constantFrom(...EXPRESSIONS), order)
    .map(([expression, more]) => ({ expression, ...more })),
);

const btree: fc.Arbitrary<Args> = fc
  .record({
    columns: fc.array(btreeKey, { minLength: 1, maxLength: 4 }),
    include: fc.uniqueArray(fc.constantFrom("title", "place", "data", "id"), { maxLength: 2 }),
    isUnique: fc.boolean(),
    fillfactor: fc.option(fc.integer({ min: 10, max: 100 }), { nil: undefined }),
  })
  .map(({ columns, include, isUnique, fillfactor }) => ({
    // With `id` no row is there twice.
    columns: isUnique ? [...columns, "id"] : columns,
    include,
    unique: isUnique,
    ...(fillfactor !== undefined && { storageParameters: { fillfactor } }),
  }));

const byOtherMethod: fc.Arbitrary<Args> = fc
  .constantFrom(...Object.entries(BY_METHOD))
  .chain(([accessMethod, columns]) =>
    fc.record({
      accessMethod: fc.constant(accessMethod),
      columns: fc.uniqueArray(fc.constantFrom(...columns), {
        minLength: 1,
        maxLength: ONE_COLUMN.has(accessMethod) ? 1 : 3,
      }),
    }),
  );

/** A definition, its name left out. */
const definition: fc.Arbitrary<Args> = fc
  .tuple(
    fc.oneof({ weight: 2, arbitrary: btree }, { weight: 1, arbitrary: byOtherMethod }),
    fc.record({ predicate, comment: fc.string({ maxLength: 20 }) }, { requiredKeys: [] }),
  )
  .map(([body, more]) => ({ ...body, ...without(more) }));

/** No NUL in a comment. */
function without({ comment, ...rest }: { predicate?: string; comment?: string }): Args {
  return comment === undefined ? rest : { ...rest, comment: comment.replaceAll("\0", "") };
}

/** A name, and two definitions for it, one after the other. */
export const change = fc.record({ name, from: definition, to: definition });
