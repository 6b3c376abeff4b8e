import type { Args } from "../support/engine/engine.ts";

export interface DefinitionCase {
  readonly title: string;
  /** What differs from `{ schema: "app", table: "docs", name: "docs_idx" }`. */
  readonly args: Args;
  /** The same index written by hand: what follows CREATE. */
  readonly sql: string;
  /** `server_version_num` from which PostgreSQL knows this. */
  readonly since?: number;
}

/** An index on `docs` under the usual name. */
export function index(title: string, args: Args, body: string, since?: number): DefinitionCase {
  return { title, args, sql: `INDEX docs_idx ON twin.docs ${body}`, since };
}

/**
 * What the definitions of definitionCases.ts are built on: in schema `app`, and again in `twin` for
 * what is built by hand.
 */
export const SCHEMA = [
  "CREATE SCHEMA app",
  "CREATE SCHEMA twin",
  "CREATE SCHEMA ext",
  "CREATE EXTENSION pg_trgm SCHEMA ext",
  "CREATE TYPE app.mood AS ENUM ('sad', 'ok', 'happy')",
  "CREATE DOMAIN app.email AS text CHECK (VALUE ~ '@')",
  "CREATE FUNCTION app.norm(text) RETURNS text IMMUTABLE LANGUAGE sql AS $$ SELECT " +
    "lower(trim($1)) $$",
  `CREATE TABLE app.docs (
     id int NOT NULL, title text, slug varchar(80), email app.email, feeling app.mood,
     tags text[], data jsonb,
     price numeric(10, 2), created_at timestamptz, day date, during int4range, place point,
     addr inet,
     "order" int, "Odd ""col; --" text,
     length int GENERATED ALWAYS AS (char_length(title)) STORED)`,
  `INSERT INTO app.docs (id, title, slug, email, feeling, tags, data, price, created_at, day,
    during, place, addr, "order")
   SELECT i, 'Title ' || i, 'slug-' || i, 'u' || i || '@example.org', 'ok', ARRAY['a', 'b' || i],
          jsonb_build_object('kind', i % 3), i, timestamptz '2026-01-01Z' + i * interval '1 hour',
          date '2026-01-01' + i, int4range(i, i + 3), point(i, i), '10.0.0.1', i
          FROM generate_series(1, 200) i`,
  `CREATE TABLE twin.docs (LIKE app.docs INCLUDING ALL)`,
  `CREATE TABLE app."Weird; DROP TABLE" ("select" int)`,
  `CREATE TABLE twin."Weird; DROP TABLE" ("select" int)`,
  "CREATE MATERIALIZED VIEW app.summary AS SELECT id, title FROM app.docs",
  "CREATE MATERIALIZED VIEW twin.summary AS SELECT id, title FROM app.docs",
];
