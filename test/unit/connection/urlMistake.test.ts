// What is said of a text that is no URL of PostgreSQL: the mistake, and never a part of the text.
import { describe, expect, test } from "vitest";
import { redact } from "../../../providers/pgindex/src/cli/commandIo.ts";
import { connectionParameters } from "../../../providers/pgindex/src/engine/connection/parameters.ts";
import { PgIndexError } from "../../../providers/pgindex/src/engine/errors/advice.ts";

const SECRET = "hunter2";
const URL = `postgresql://app:${SECRET}@db:5432/shop`;

function refusalOf(text: string): string {
  try {
    connectionParameters(text);
  } catch (error) {
    if (error instanceof PgIndexError) return error.message;
    throw error;
  }
  throw new Error("this should have been refused");
}

const FORM = "postgresql://user:password@host:5432/database";

const CASES: readonly (readonly [text: string, said: RegExp, fix: RegExp])[] = [
  ["garbage", /it is not of the form postgresql:\/\/user:password@/, /fix: write it so: postgres/],
  [SECRET, /it is not of the form/, /fix: write it so/],
  [`postgres:app:${SECRET}@db/shop`, /it is not of the form/, /fix: write it so/],
  [`jdbc:${URL}`, /its scheme is jdbc:postgresql:, and ours/, /begin it with postgresql:\/\//],
  [`postgresql+psycopg2://app:${SECRET}@db/shop`, /scheme is postgresql\+psycopg2:/, /begin it/],
  [`postgresql+asyncpg://app:${SECRET}@db/shop`, /scheme is postgresql\+asyncpg:/, /begin it/],
  [`ecto://app:${SECRET}@db/shop`, /scheme is ecto:/, /begin it with/],
  [`mysql://app:${SECRET}@db/shop`, /scheme is mysql:/, /begin it with/],
  [`prisma+postgres://accelerate/?api_key=${SECRET}`, /scheme is prisma\+postgres:/, /begin it/],
  [`"${URL}"`, /begins or ends with a quote/, /remove the quotes/],
  [`'${URL}'`, /begins or ends with a quote/, /remove the quotes/],
  [`"${URL}`, /begins or ends with a quote/, /remove the quotes/],
  [`${URL}"`, /begins or ends with a quote/, /remove the quotes/],
  [` ${URL}`, /begins with a space/, /remove the space/],
  [`psql '${URL}'`, /quote|command psql/, /quotes/],
  [`psql ${URL}`, /begins with the command psql/, /leave out psql/],
  [`DATABASE_URL=${URL}`, /begins with the name of a variable/, /leave the name out/],
  [`export DATABASE_URL=${URL}`, /begins with the name of a variable/, /leave the name out/],
  [`host=db user=app password=${SECRET}`, /list of keywords/, /write it as a URL/],
  [`dbname=shop password=${SECRET}`, /list of keywords/, /write it as a URL/],
  [`Server=db;Database=shop;Password=${SECRET}`, /list of keywords/, /write it as a URL/],
  ["$DATABASE_URL", /variable or a placeholder/, /put the value there/],
  ["$" + "{{ secrets.DATABASE_URL }}", /variable or a placeholder/, /put the value there/],
  ["{{ database_url }}", /variable or a placeholder/, /put the value there/],
  ["postgresql://postgres:[YOUR-PASSWORD]@db.x.supabase.co/postgres", /placeholder/, /the value/],
  [`postgresql://app:${SECRET}/x@db/shop`, /it is not of the form/, /percent-encode/],
  [`postgresql://app:${SECRET}%@db/shop`, /it is not of the form/, /percent-encode/],
];

describe("a text that is no URL of PostgreSQL", () => {
  test.each(CASES)("%s", (text, said, fix) => {
    const message = refusalOf(text);
    expect(message).toMatch(/^cannot read the database URL\n/);
    expect(message).toMatch(said);
    expect(message).toMatch(fix);
    expect(message).not.toContain(SECRET);
    expect(message).toContain("set PGHOST, PGPORT, PGUSER, PGPASSWORD and PGDATABASE");
  });

  test.each([
    URL,
    `${URL}?options=-c%20search_path='a'`,
    `POSTGRES://app:${SECRET}@db/shop`,
    `postgresql://app:$ecret@db/shop`,
    "postgresql:///shop?host=/run/postgresql",
  ])("and what is one is read: %s", (text) => {
    expect(connectionParameters(text)).toMatchObject({ dbname: "shop" });
  });
});

describe("the command line shows the form that we ask for, and no other URL", () => {
  test.each([
    [`write ${FORM}: so`, `write ${FORM}: so`],
    [`export A=${FORM}`, `export A=${FORM}`],
    [`it is ${URL}`, "it is (a URL, not shown)"],
    [`it is ${FORM}x`, "it is (a URL, not shown)"],
    ["see https://www.postgresql.org/docs/", "see https://www.postgresql.org/docs/"],
    [`see https://www.postgresql.org/?${SECRET}`, "see (a URL, not shown)"],
    [`see https://${SECRET}@www.postgresql.org/`, "see (a URL, not shown)"],
  ])("%s", (text, shown) => expect(redact(text)).toBe(shown));
});
