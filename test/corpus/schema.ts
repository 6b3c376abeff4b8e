import type { TestDatabase } from "../support/server/database.ts";

const EXTENSIONS = [
  "bloom",
  "btree_gin",
  "btree_gist",
  "citext",
  "cube",
  "hstore",
  "intarray",
  "ltree",
  "pg_trgm",
  "seg",
  "unaccent",
];

const TYPES = [
  "CREATE SCHEMA app",
  'CREATE SCHEMA "Other Schema"',
  "CREATE SCHEMA ext",
  ...EXTENSIONS.map((name) => `CREATE EXTENSION ${name} SCHEMA ext`),
  "CREATE TYPE app.mood AS ENUM ('sad', 'ok', 'happy')",
  "CREATE DOMAIN app.email AS text CHECK (VALUE ~ '@')",
  "CREATE DOMAIN app.positive AS int CHECK (VALUE > 0)",
  "CREATE TYPE app.pair AS (x int, y text)",
  "CREATE COLLATION app.german (provider = icu, locale = 'de-u-co-phonebk')",
  "CREATE FUNCTION app.norm(text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT " +
    "lower(trim($1)) $$",
  "CREATE FUNCTION app.norm(int) RETURNS int IMMUTABLE LANGUAGE sql AS $$ SELECT abs($1) $$",
  `CREATE FUNCTION "Other Schema"."Odd fn"(a text, b int DEFAULT 1) RETURNS text IMMUTABLE
   LANGUAGE sql AS $$ SELECT a || b::text $$`,
  `CREATE FUNCTION ext.plain(text) RETURNS text IMMUTABLE LANGUAGE sql
   AS $$ SELECT ext.unaccent('ext.unaccent'::regdictionary, $1) $$`,
  "CREATE FUNCTION app.same_sign(int, int) RETURNS boolean IMMUTABLE LANGUAGE sql AS $$ " +
    "SELECT sign($1) = sign($2) $$",
  "CREATE OPERATOR app.~=~ (LEFTARG = int, RIGHTARG = int, FUNCTION = app.same_sign)",
];

/** A column of every type that an index may meet. */
const DOCS = `CREATE TABLE app.docs (
  id int NOT NULL, parent_id int, big bigint, small smallint, title text, body text,
  slug varchar(80), code char(5),
  email app.email, rank app.positive, nick ext.citext, feeling app.mood, moods app.mood[],
  couple app.pair,
  tags text[], labels varchar(20)[], nums int[], data jsonb, attrs ext.hstore, path ext.ltree,
  vector ext.cube, measure ext.seg,
  price numeric(10, 2), ratio float8, score real, amount money, active boolean,
  created_at timestamptz, updated_at timestamp,
  day date, starts time, ends timetz, span interval, during int4range, valid tstzrange,
  place point, area box, shape polygon,
  round circle, addr inet, net cidr, mac macaddr, uid uuid, raw bytea, bits bit(8),
  words tsvector, query tsquery,
  ref oid, sort "char", label name, "order" int, "Odd ""col; --" text, "größe" text,
  "MixedCase" int,
  length int GENERATED ALWAYS AS (char_length(title)) STORED)`;

const ROWS = `INSERT INTO app.docs (id, parent_id, big, small, title, body, slug, code, email,
  rank, nick, feeling, moods, couple,
    tags, labels, nums, data, attrs, path, vector, measure, price, ratio, score, active,
    created_at, updated_at, day, starts,
    span, during, valid, place, area, shape, round, addr, net, uid, raw, bits, words, "order",
    "größe", "MixedCase")
  SELECT i, i / 2, i * 1000, i, 'Title ' || i, repeat('word ' || i || ' ', 5), 'slug-' || i,
  'c' || i, 'u' || i || '@example.org',
    i, 'Nick' || i, (ARRAY['sad', 'ok', 'happy'])[i % 3 + 1]::app.mood,
    ARRAY['ok', 'sad']::app.mood[], ROW(i, 'y')::app.pair,
    ARRAY['a', 'b' || i], ARRAY['l' || i], ARRAY[i, i + 1],
    jsonb_build_object('kind', i % 3, 'at', i, 'tags', jsonb_build_array(i)),
    ext.hstore('k', i::text), ('top.n' || i)::ext.ltree, ext.cube(i::float8), i::text::ext.seg, i,
    i / 7.0, i / 3.0, i % 2 = 0,
    timestamptz '2026-01-01Z' + i * interval '1 hour',
    timestamp '2026-01-01' + i * interval '1 hour', date '2026-01-01' + i,
    time '08:00' + i * interval '1 minute', i * interval '1 hour', int4range(i, i + 3),
    tstzrange(timestamptz '2026-01-01Z' + i * interval '1 hour', NULL), point(i, i),
    box(point(i, i), point(i + 1, i + 1)),
    polygon(box(point(i, i), point(i + 1, i + 1))), circle(point(i, i), 1),
    ('10.0.0.' || i % 250)::inet,
    ('10.' || i % 250 || '.0.0/16')::cidr, md5(i::text)::uuid, decode(md5(i::text), 'hex'),
    i::bit(8),
    to_tsvector('simple', 'word ' || i), i, 'g' || i, i
  FROM generate_series(1, 120) i`;

const PLACES = [
  'CREATE TABLE app."Weird; DROP TABLE" ("select" int, "from" text)',
  'CREATE TABLE "Other Schema".things (id int, title text, feeling app.mood)',
  "CREATE MATERIALIZED VIEW app.summary AS SELECT id, title, tags FROM app.docs",
  "CREATE TABLE app.parent (a int, b text)",
  "CREATE TABLE app.child (c int) INHERITS (app.parent)",
  "CREATE UNLOGGED TABLE app.unlogged (a int, b text)",
  `CREATE TABLE app."täble_${"ü".repeat(28)}" (a int)`,
];

/** What only newer servers have, by major version. */
const SINCE: readonly (readonly [since: number, sql: string])[] = [
  [14, "ALTER TABLE app.docs ADD spans int4multirange"],
  [18, "ALTER TABLE app.docs ADD doubled int GENERATED ALWAYS AS (id * 2) VIRTUAL"],
];

/** Makes everything that the corpus declares indexes on. */
export async function makeSchema(db: TestDatabase, major: number): Promise<void> {
  const newer = SINCE.filter(([since]) => major >= since).map(([, sql]) => sql);
  for (const sql of [...TYPES, DOCS, ...newer, ROWS, ...PLACES]) await db.query(sql);
  await db.query("REFRESH MATERIALIZED VIEW app.summary");
}
