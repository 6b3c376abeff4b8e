import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { indexesFromSql } from "../../../providers/pgindex/src/import/indexesFromSql.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pgindex-code-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const typeorm = (up: string) => `import { MigrationInterface, QueryRunner } from "typeorm";

export class Notes1700000000000 implements MigrationInterface {
  name = "Notes1700000000000";
  public async up(queryRunner: QueryRunner): Promise<void> {
    ${up}
  }
  public async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(\`DROP INDEX "up_idx"\`);
  }
}
`;
const kysely = (up: string) => `import { type Kysely, sql } from "kysely";
export async function up(db: Kysely<any>): Promise<void> {
  ${up}
}
export async function down(db: Kysely<any>): Promise<void> {
  await sql\`DROP INDEX up_idx\`.execute(db);
}
`;

/** Programs that leave the index up_idx. */
const READ: readonly (readonly [string, string, string])[] = [
  [
    "TypeORM",
    "1-a.ts",
    typeorm(`await queryRunner.query(\`CREATE TABLE "t" ("a" int, CONSTRAINT "x" PRIMARY KEY ("a"))\`);
    await queryRunner.query('CREATE INDEX "up_idx" ON "t" ("a") ');
    await queryRunner.query("UPDATE t SET a = $1", [1]);
    await queryRunner.createForeignKey("t", fk);`),
  ],
  [
    "TypeORM, on several lines",
    "2-a.ts",
    typeorm(`await queryRunner.query(\`
      CREATE INDEX CONCURRENTLY IF NOT EXISTS up_idx
      ON t (a) -- why
    \`);`),
  ],
  [
    "TypeORM as JavaScript",
    "3-a.js",
    `module.exports = class Notes1 {
  async up(queryRunner) { await queryRunner.query("CREATE INDEX up_idx ON t (a)"); }
  async down(queryRunner) { await queryRunner.query("DROP INDEX up_idx"); }
};`,
  ],
  ["Kysely", "4-a.ts", kysely("await sql`CREATE INDEX up_idx ON t (a)`.execute(db);")],
  [
    "Kysely, raw and with a type",
    "5-a.mts",
    kysely(`await sql.raw("CREATE TABLE t (a int)").execute(db);
  await sql<unknown>\`CREATE INDEX up_idx ON t (a)\`.execute(db);`),
  ],
  [
    "node-pg-migrate",
    "6-a.cjs",
    "exports.up = (pgm) => { pgm.sql(`CREATE INDEX up_idx ON t (a);`); };\n" +
      "exports.down = (pgm) => { pgm.sql(`DROP INDEX up_idx`); };",
  ],
  [
    "Knex",
    "7-a.js",
    "export const up = async (knex) => { await knex.raw('CREATE INDEX up_idx ON t (a)'); };\n" +
      "export const down = (knex) => knex.raw('DROP INDEX up_idx');",
  ],
  [
    "Sequelize",
    "9-a.js",
    `module.exports = {
  up (queryInterface, Sequelize) {
    console.log("making an " + "ind" + "ex");
    return queryInterface.sequelize.query("CREATE INDEX CONCURRENTLY up_idx ON t (a)");
  },
  down: (queryInterface) => queryInterface.sequelize.query("DROP INDEX up_idx"),
};`,
  ],
  [
    "Sequelize's steps that follow each other",
    "13-a.js",
    `module.exports.up = (queryInterface, Sequelize) => queryInterface
  .createTable("t", { a: { type: Sequelize.INTEGER, unique: true } }, { uniqueKeys: {} })
  .then(() => queryInterface.addColumn("t", "b", Sequelize.STRING))
  .then(() => queryInterface.sequelize.query("CREATE INDEX up_idx ON t (a)"));`,
  ],
  [
    "tables of Knex's builder without an index, which belong to no other step",
    "11-a.js",
    `exports.up = (knex) => Promise.all([
  knex.schema.createTable("t", (table) => { table.increments("a"); table.unique(["a"]); }),
  knex.schema.raw("CREATE INDEX up_idx ON t (a)"),
]);`,
  ],
  [
    "tables of Kysely's, node-pg-migrate's and TypeORM's builders without an index",
    "12-a.ts",
    `export const up = async (db) => {
  await db.schema.createTable(TABLE).addColumn("a", "integer", (col) => col.unique()).execute();
  db.createTable(NAME, { a: { type: "int", unique: true } }, { ifNotExists: true });
  await db.createTable(new Table({ name: "u", columns: [{ name: "a" }] }), true);
  await db.query("CREATE INDEX up_idx ON t (a)");
};`,
  ],
  [
    "a text put together that is about something else",
    "8-a.ts",
    typeorm(`await queryRunner.query(\`GRANT SELECT ON t TO \${role}\`);
    if (x) await queryRunner.query("UPDATE t SET a = 1");
    await queryRunner.query("CREATE INDEX up_idx ON t (a)");`),
  ],
];

describe("of a migration that is a program, the SQL of its up is read, and nothing is run", () => {
  test.each(READ)("%s", async (_, name, text) => {
    const found = indexesFromSql(await file(name, text));
    expect(found).toEqual([{ table: "t", name: "up_idx", columns: ["a"] }]);
  });

  test("several, with SQL between them", async () => {
    const files = [
      await file("10-a.ts", typeorm('await queryRunner.query("CREATE INDEX up_idx ON t (a)");')),
      await file("11-b.sql", "ALTER INDEX up_idx RENAME TO b_idx;"),
      await file(
        "12-c.ts",
        typeorm('await queryRunner.query("ALTER INDEX b_idx RENAME TO c_idx");'),
      ),
    ];
    expect(indexesFromSql(files).map(({ name }) => name)).toEqual(["c_idx"]);
  });
});

/** Programs that are refused, the line that is named, and what is said. */
const REFUSED: readonly (readonly [string, string, number, RegExp])[] = [
  [
    "TypeORM's own way of making an index",
    typeorm('await queryRunner.createIndex("t", new TableIndex({ name: "i" }));'),
    6,
    /createIndex/,
  ],
  [
    "a table that may have indexes",
    typeorm("await queryRunner.createTable(new Table({ indices: [] }));"),
    6,
    /createTable/,
  ],
  [
    "a table whose description stands elsewhere",
    typeorm("await queryRunner.createTable(notes);"),
    6,
    /createTable/,
  ],
  [
    "a table with an index of Knex's",
    "exports.up = (knex) =>\n  knex.schema.createTable('t', (table) => { table.string('a').index(); });",
    2,
    /createTable/,
  ],
  [
    "a table of Knex's that a function adds to",
    "exports.up = (knex) =>\n  knex.schema.createTable('t', (table) => { withTimes(table); });",
    2,
    /createTable/,
  ],
  [
    "a step that is taken when another one has failed",
    "exports.up = (knex) => knex.raw('SELECT 1').catch(() =>\n  knex.raw('CREATE INDEX i ON t (a)'));",
    2,
    /only a run/,
  ],
  [
    "Kysely's builder",
    kysely('await db.schema.createIndex("i").on("t").column("a").execute();'),
    3,
    /createIndex/,
  ],
  [
    "a text put together",
    typeorm(`await queryRunner.query(\`CREATE INDEX i ON \${table} (a)\`);`),
    6,
    /CREATE INDEX i ON/,
  ],
  ["a text from elsewhere", typeorm("await queryRunner.query(statement);"), 6, /statement/],
  [
    "a condition",
    typeorm('if (x) {\n      await queryRunner.query("CREATE INDEX i ON t (a)");\n    }'),
    7,
    /condition|only a run/,
  ],
  [
    "a loop",
    typeorm('for (const x of y) await queryRunner.query("CREATE INDEX i ON t (a)");'),
    6,
    /only a run/,
  ],
  ["a function of its own", typeorm("await this.postgresUp(queryRunner);"), 6, /postgresUp/],
  [
    "a client of its own",
    "export async function up() {\n  const client = new Client();\n" +
      "  await client.query('CREATE INDEX i ON t (a)');\n}",
    3,
    /CREATE INDEX/,
  ],
  ["a method of its own", typeorm("await this.postgres();"), 6, /this\.postgres/],
  [
    "a parameter in parts",
    "export const up = ({ context }) => context.query('CREATE INDEX i ON t (a)');",
    1,
    /context/,
  ],
  ["an error of SQL", typeorm('\n    await queryRunner.query("CREATE INDX");'), 7, /syntax error/],
  ["no up", "export const x = 1;", 1, /up/],
];

describe("what cannot be read is named with its line", () => {
  test.each(REFUSED)("%s", async (title, text, line, message) => {
    const path = await file(`refused-${title.replaceAll(/\W/g, "")}.ts`, text);
    expect(() => indexesFromSql(path)).toThrow(message);
    expect(() => indexesFromSql(path)).toThrow(new RegExp(`\\.ts:${line}\\b`));
    expect(() => indexesFromSql(path)).toThrow(/\n {2}why: .+\n {2}fix: .+/);
  });
});
