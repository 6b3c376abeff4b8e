import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { indexesFromSql, readSql } from "../../../providers/pgindex/src/import/indexesFromSql.ts";
import { read } from "../../support/import/readSql.ts";

const UP = "CREATE INDEX up_idx ON t (a);";
const DOWN = "DROP INDEX up_idx;";

/** A file of a tool, of which only up_idx is made. */
const SECTIONS: readonly (readonly [string, string])[] = [
  ["goose", `-- +goose Up\n${UP}\n-- +goose Down\n${DOWN}`],
  ["goose without a space", `--+goose Up\n${UP}\n--+goose Down\n${DOWN}`],
  ["goose in another case", `-- +goose up\n${UP}\n-- +goose DOWN\n${DOWN}`],
  ["goose with CRLF", `-- +goose Up\r\n${UP}\r\n-- +goose Down\r\n${DOWN}\r\n`],
  [
    "goose outside of a transaction",
    `-- +goose NO TRANSACTION\n-- +goose Up\n-- +goose StatementBegin\n${UP}\n` +
      `-- +goose StatementEnd\n\n-- +goose Down\n-- +goose StatementBegin\n${DOWN}\n` +
      "-- +goose StatementEnd",
  ],
  ["goose with its variables", `-- +goose Up\n-- +goose ENVSUB ON\n${UP}\n-- +goose Down\n${DOWN}`],
  ["dbmate", `-- migrate:up\n${UP}\n\n-- migrate:down\n${DOWN}\n`],
  [
    "dbmate with options",
    `--migrate:up transaction:false\n${UP}\n--  migrate:down transaction:false\n${DOWN}`,
  ],
  ["dbmate after a comment", `-- why\n\n-- migrate:up\n${UP}\n-- migrate:down\n`],
  [
    "sql-migrate",
    `-- +migrate Up notransaction\n${UP}\n\n-- +migrate Down\n-- +migrate StatementBegin\n` +
      `${DOWN}\n-- +migrate StatementEnd`,
  ],
  ["sql-migrate, Down first", `-- +migrate Down\n${DOWN}\n-- +migrate Up\n${UP}`],
  ["micrate", `-- +micrate Up\n${UP}\n-- +micrate Down\n${DOWN}`],
  ["rambler", `-- rambler up\n${UP}\n-- rambler down\n${DOWN}`],
  ["tern", `${UP}\n---- create above / drop below ----\n${DOWN}`],
  ["Sqitch", `-- Deploy shop:up_idx to pg\n-- requires: tables\n\nBEGIN;\n${UP}\nCOMMIT;`],
  ["MyBatis", `-- // an index\n${UP}\n\n-- //@UNDO\n${DOWN}`],
  ["Play", `# --- a scheme\n\n# --- !Ups\n# a comment\n${UP};\n# --- !Downs\n${DOWN}`],
  [
    "Play's semicolons within a body",
    `# --- !Ups\nDO $$ BEGIN\n  CREATE TYPE x AS ENUM ('a');;\nEND $$;\n${UP}\n# --- !Downs`,
  ],
  ["Play with two hyphens", `-- !Ups\n${UP}\n\n-- !Downs\n${DOWN}`],
  ["node-pg-migrate", `-- Up Migration\n${UP}\n\n-- Down Migration\n${DOWN}`],
  ["node-pg-migrate, Down first", `--- down migration\n${DOWN}\n -- UP MIGRATION\n${UP}`],
  [
    "Liquibase",
    `--liquibase formatted sql\n\n--changeset ada:1\n${UP}\n--rollback ${DOWN}\n` +
      `/* liquibase rollback\n${DOWN}\n*/`,
  ],
  [
    "Liquibase for other systems",
    `-- liquibase formatted sql\n-- changeset ada:1 dbms:postgresql,h2\n${UP}\n` +
      `-- changeset ada:2 dbms:mysql\nCREATE INDEX other_idx ON t (b);\n` +
      `-- changeset ada:3 ignore:true\nCREATE INDEX ignored_idx ON t (b);\n` +
      `-- changeset ada:4 dbms:!postgresql\nCREATE INDEX not_idx ON t (b);`,
  ],
  [
    "Liquibase with lines to ignore",
    `--liquibase formatted sql\n--ignoreLines:start\n${DOWN}\nnot SQL\n--ignoreLines:end\n` +
      `--changeset ada:1 labels:x\nSELECT 1;\n--changeset ada:2\n--ignoreLines:1\nnot SQL\n${UP}`,
  ],
  [
    "Liquibase's preconditions of an index",
    `--liquibase formatted sql\n--changeset ada:1\n--preconditions onFail:MARK_RAN\n` +
      `--precondition-sql-check expectedResult:0 select count(*) from x\n${UP}`,
  ],
  [
    "graphile-migrate",
    `--! Previous: sha1:1\n--! Hash: sha1:2\n--! Message: x\n\n--! split: 1-current.sql\n` +
      `DROP INDEX IF EXISTS up_idx;\n${UP}`,
  ],
  ["no tool", `-- Rollback: ${DOWN}\n${UP}`],
  ["words that are no mark", `-- migrate the down payments\n${UP}\n-- goes up`],
];

describe("only the up part is read", () => {
  test.each(SECTIONS)("%s", (_, sql) => {
    expect(read(sql).map(({ name }) => name)).toEqual(["up_idx"]);
  });
});

/** A file that is refused, the line that is named, and what the message says. */
const DOUBTFUL: readonly (readonly [string, string, number, RegExp])[] = [
  ["a misspelt mark", `-- +goose Up\n${UP}\n-- +goose Dwn\n${DOWN}`, 3, /goose/],
  ["an indented mark", `-- +goose Up\n${UP}\n  -- +goose Down\n${DOWN}`, 3, /goose/],
  ["a mark in a case that sql-migrate does not know", `-- +migrate up\n${UP}`, 1, /sql-migrate/],
  ["dbmate in another case", `-- migrate:up\n${UP}\n-- migrate:Down\n${DOWN}`, 3, /dbmate/],
  ["no Up mark", `${UP}\n-- +goose Down\n${DOWN}`, 2, /goose/],
  ["statements above the Up mark", `${UP}\n-- migrate:up\n-- migrate:down\n`, 1, /dbmate/],
  ["a second Up mark", `-- +goose Up\n${UP}\n-- +goose Down\n${DOWN}\n-- +goose Up\n`, 5, /goose/],
  [
    "marks of two tools",
    `-- +goose Up\n${UP}\n-- migrate:down\n${DOWN}`,
    3,
    /goose.*dbmate|dbmate.*goose/s,
  ],
  ["only a Down Migration", `${UP}\n-- Down Migration\n${DOWN}`, 2, /node-pg-migrate/],
  ["a Down part of nobody's", `-- UP\n${UP}\n\n-- DOWN\n${DOWN}`, 5, /line 4/],
  ["a rollback of nobody's", `${UP}\n/* ---- Rollback ---- */\n${DOWN}`, 3, /line 2/],
  [
    "a Down part that makes an index again",
    "-- up\nDROP INDEX old_idx;\n-- @down\nCREATE INDEX old_idx ON t (a);",
    4,
    /line 3/,
  ],
  ["the index made and dropped", `${UP}\n\n${DOWN}`, 3, /up_idx.*sql:1/s],
  [
    "the table made and dropped",
    `CREATE TABLE t (a int);\n${UP}\nALTER TABLE u DROP COLUMN t_id;\nDROP TABLE t;`,
    4,
    /up_idx.*sql:2/s,
  ],
  [
    "Liquibase's contexts",
    `--liquibase formatted sql\n--changeset ada:1 context:test\n${UP}`,
    3,
    /context/,
  ],
  [
    "Liquibase's preconditions of a drop",
    `${"--liquibase formatted sql\n--changeset ada:0\n"}${UP}\n--changeset ada:1\n` +
      `--preconditions onFail:MARK_RAN\nALTER INDEX up_idx RENAME TO x;`,
    6,
    /precondition/,
  ],
  [
    "Liquibase without a changeset",
    `--liquibase formatted sql\n${UP}\n--changeset ada:1\nSELECT 1;`,
    2,
    /changeset/,
  ],
  ["Sqitch's revert", `-- Revert shop:up_idx from pg\n\nBEGIN;\n${DOWN}\nCOMMIT;`, 1, /Sqitch/],
  ["graphile-migrate's include", `--!include functions.sql\n${UP}`, 1, /functions\.sql/],
];

describe("what may be a Down part is refused with its line", () => {
  test.each(DOUBTFUL)("%s", (_, sql, line, message) => {
    expect(() => read(sql)).toThrow(message);
    expect(() => read(sql)).toThrow(new RegExp(`sql:${line}\\b`));
    expect(() => read(sql)).toThrow(/\n {2}why: .+\n {2}fix: .+/);
  });
});

test("an error in an up part names the line of the file", () => {
  expect(() => read("-- +goose Down\n\n-- +goose Up\n")).toThrow(/sql:1/);
  expect(() => read(`-- +goose Up\n${UP}\nCREATE INDX;\n-- +goose Down\n`)).toThrow(/sql:3/);
});

test("an index that a step needs and drops again is not declared", () => {
  const sql = `${UP}\nUPDATE t SET a = 1;\n${DOWN}\nALTER TABLE t ADD b int;\nSELECT 1;`;
  expect(read(sql)).toEqual([]);
});

describe("files", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pgindex-tools-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function files(texts: Readonly<Record<string, string>>): Promise<string[]> {
    const entries = Object.entries(texts);
    await Promise.all(entries.map(([name, sql]) => writeFile(join(folder, name), sql)));
    return entries.map(([name]) => join(folder, name));
  }
  const names = (found: readonly { readonly name: string }[]) => found.map(({ name }) => name);

  test("golang-migrate's down files are left out, and its order is by number", async () => {
    const found = indexesFromSql(
      await files({
        "10_c.down.sql": "CREATE INDEX up_idx ON t (a);",
        "10_c.up.sql": "DROP INDEX up_idx; CREATE INDEX late_idx ON t (b);",
        "2_b.down.sql": DOWN,
        "2_b.up.sql": UP,
      }),
    );
    expect(names(found)).toEqual(["late_idx"]);
  });

  const GOOSE = (sql: string) => `-- +goose Up\n${sql}\n-- +goose Down\n`;
  test.each<[string, (sql: string) => string]>([
    ["goose", GOOSE],
    ["sql-migrate", (sql) => `-- +migrate Up\n${sql}\n`],
    ["micrate", (sql) => `-- +micrate Up\n${sql}\n`],
    ["node-pg-migrate", (sql) => `-- Up Migration\n${sql}\n`],
    ["tern", (sql) => `${sql}\n---- create above / drop below ----\n`],
    ["Play", (sql) => `# --- !Ups\n${sql}\n`],
    ["MyBatis", (sql) => `${sql}\n-- //@UNDO\n`],
  ])("%s's order is by number, whatever the shell's is", async (tool, up) => {
    await mkdir(join(folder, tool), { recursive: true });
    const list = await files({
      [`${tool}/10_c.sql`]: up("ALTER INDEX b_idx RENAME TO c_idx;"),
      [`${tool}/1_a.sql`]: up("CREATE INDEX a_idx ON t (a);"),
      [`${tool}/2_b.sql`]: up("ALTER INDEX a_idx RENAME TO b_idx;"),
    });
    expect(names(indexesFromSql(list))).toEqual(["c_idx"]);
  });

  test.each<[string, readonly string[], RegExp]>([
    ["half of a pair", ["1_a.up.sql", "2_b.down.sql"], /2_b\.down\.sql undoes is not among/],
    ["two of one version", ["1_a.up.sql", "1_b.up.sql"], /1_a\.up\.sql and .*1_b\.up\.sql have/],
    ["two of Flyway's", ["V1__a.sql", "V01__b.sql"], /V1__a\.sql and .*V01__b\.sql have/],
    ["two repeatable ones", ["R__a.sql", "x/R__a.sql"], /R__a\.sql and .*x.R__a\.sql have/],
    ["a callback", ["V1__a.sql", "afterMigrate.sql"], /afterMigrate\.sql stands among Flyway's/],
    ["no name of Flyway's", ["V1__a.sql", "V2_b.sql"], /V2_b\.sql stands among Flyway's/],
  ])("refused: %s", async (_title, list, message) => {
    await mkdir(join(folder, "x"), { recursive: true });
    const all = await files(Object.fromEntries(list.map((name) => [name, UP])));
    expect(() => indexesFromSql(all)).toThrow(message);
  });

  test("refused: two of goose's of one version", async () => {
    const all = await files({ "3_a.sql": GOOSE(UP), "3_b.sql": GOOSE(DOWN) });
    expect(() => indexesFromSql(all)).toThrow(/3_a\.sql and .*3_b\.sql have the same version/);
  });

  test.each<[string, readonly string[], RegExp]>([
    ["a gap", ["01_a.sql", "02_b.sql", "05_c.sql"], /^no migration 3 to 4 were given, between/],
    ["no number", ["01_a.sql", "seed.sql"], /seed\.sql has no number: it was read where it/],
    [
      "no order",
      ["10_c.sql", "9_b.sql"],
      /10_c\.sql was read before .*9_b\.sql, as they were given/,
    ],
  ])("noted: %s", async (_title, list, note) => {
    const all = await files(Object.fromEntries(list.map((name) => [name, ""])));
    expect(readSql(all).notes).toEqual([expect.stringMatching(note)]);
  });

  test("times have no gaps", async () => {
    const all = await files({ "20260101000000_a.sql": "", "20260102000000_b.sql": "" });
    expect(readSql(all).notes).toEqual([]);
  });

  test("Diesel's order is by version, in which hyphens do not count", async () => {
    const folders = ["20170309122510_b", "2017-09-23-182408-0000_c", "00000000000000_a"];
    await Promise.all(folders.map((name) => mkdir(join(folder, name), { recursive: true })));
    const found = indexesFromSql(
      await files({
        "00000000000000_a/up.sql": "CREATE INDEX a_idx ON t (a);",
        "2017-09-23-182408-0000_c/up.sql": "ALTER INDEX b_idx RENAME TO c_idx;",
        "20170309122510_b/up.sql": "ALTER INDEX a_idx RENAME TO b_idx;",
        "20170309122510_b/down.sql": "ALTER INDEX b_idx RENAME TO a_idx;",
      }),
    );
    expect(names(found)).toEqual(["c_idx"]);
  });

  test("Flyway's undo files are left out, and its order is by version, then R", async () => {
    const found = indexesFromSql(
      await files({
        "R__again.sql": "DROP INDEX IF EXISTS r_idx; CREATE INDEX r_idx ON t (c);",
        "U2__b.sql": "DROP INDEX b_idx;",
        "V10__c.sql": "ALTER INDEX b_idx RENAME TO c_idx;",
        "V2.1__b.sql": "ALTER INDEX a_idx RENAME TO b_idx;",
        "V2__b.sql": "CREATE INDEX a_idx ON t (a);",
      }),
    );
    expect(names(found)).toEqual(["c_idx", "r_idx"]);
  });

  test("Flyway's newest baseline stands for what is older", async () => {
    const found = indexesFromSql(
      await files({
        "B2__base.sql": "CREATE INDEX base_idx ON t (a);",
        "V1__a.sql": "CREATE INDEX old_idx ON t (a);",
        "V2__b.sql": "ALTER INDEX old_idx RENAME TO base_idx;",
        "V3__c.sql": "CREATE INDEX new_idx ON t (b);",
      }),
    );
    expect(names(found)).toEqual(["base_idx", "new_idx"]);
  });

  test("a step that drops what an earlier file has made is followed", async () => {
    expect(names(indexesFromSql(await files({ "1.sql": UP, "2.sql": DOWN })))).toEqual([]);
  });

  test.each(["1_a.down.sql", "down.sql", "U1__a.sql", "x.rollback.sql"])(
    "%s alone is refused",
    async (name) => {
      const list = await files({ [name]: DOWN });
      expect(() => indexesFromSql(list)).toThrow(/Down part|undo/);
    },
  );

  test("files in a folder of them are left out", async () => {
    await mkdir(join(folder, "down"), { recursive: true });
    const list = await files({ "a.sql": UP, "down/a.sql": DOWN });
    expect(names(indexesFromSql(list))).toEqual(["up_idx"]);
  });

  test("a file that only sounds like one is read", async () => {
    expect(names(indexesFromSql(await files({ "3_break_down.sql": UP })))).toEqual(["up_idx"]);
  });
});
