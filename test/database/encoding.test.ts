// A database that cannot hold every character: what it can is built, what it cannot is refused before.
import { afterAll, expect, inject, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { previewIndex } from "../../providers/pgindex/src/engine/build/preview.ts";
import { ownerOf } from "../../providers/pgindex/src/engine/declare/ownershipMark.ts";
import { type Args, declare, failureOf, record, targetOf } from "../support/engine/engine.ts";
import { serverHas, stateOf } from "../support/engine/engineDatabase.ts";
import { createDatabase } from "../support/server/database.ts";

const provider = serverHas(150000) ? "LOCALE_PROVIDER libc" : "";
const db = await createDatabase(
  inject("server").url,
  `ENCODING 'LATIN1' ${provider} LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`,
);
await db.query(`CREATE TABLE t (a int, b text, "prix_\u00e9" int)`);
afterAll(() => db.drop());

const INDEX = { table: "t", name: "i", columns: ["a"] };

test.each<[argument: string, args: Args]>([
  ["name", { name: "i_\u65e5" }],
  ["table", { table: "\u65e5" }],
  ["schema", { schema: "\u65e5" }],
  ["comment", { comment: "\u2192 there" }],
  ["predicate", { predicate: "b <> '\u65e5'" }],
  ["columns[1].expression", { columns: ["a", { expression: "b || '\u65e5'" }] }],
])("%s that it cannot hold", async (argument, args) => {
  const desired = await declare({ ...INDEX, ...args });
  const database = targetOf(db.url);
  for (const ask of [
    () => previewIndex(database, desired),
    () => ensureIndex({ database, desired, ctx: record().ctx }),
  ]) {
    const { message } = await failureOf(ask());
    expect(message).toContain(`: ${argument} has a character that this database cannot hold\n`);
    expect(message).toMatch(/why: .*"LATIN1"; nothing was changed/);
  }
  expect(await stateOf(db, "i")).toBeUndefined();
});

test("what it can hold is built, for a resource whose name it cannot", async () => {
  const desired = await declare({
    ...INDEX,
    columns: ["prix_\u00e9"],
    comment: "prix \u00e0 payer",
  });
  const owner = ownerOf(
    "urn:pulumi:dev::tests::pulumi-nodejs:pgindex:Index::\u65e5",
    "0123456789ab",
  );
  const claim = { owner, marks: true };
  const built = await ensureIndex({
    database: targetOf(db.url),
    desired,
    claim,
    ctx: record().ctx,
  });
  expect(built).toMatchObject({
    live: { valid: true, canonical: { comment: "prix \u00e0 payer" } },
  });
});
