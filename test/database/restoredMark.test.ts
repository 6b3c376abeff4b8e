// A state of another database, and an index that has the resource's own mark: a restored copy.
import { expect, test } from "vitest";
import { ensureIndex } from "../../providers/pgindex/src/engine/build/ensure.ts";
import { ownerOf } from "../../providers/pgindex/src/engine/declare/ownershipMark.ts";
import { toIndexOutputs } from "../../providers/pgindex/src/engine/record/outputs.ts";
import {
  type Args,
  declare,
  failureOf,
  record,
  SOMEWHERE,
  targetOf,
} from "../support/engine/engine.ts";
import { useTable } from "../support/engine/engineTable.ts";

const db = await useTable();
const URN = "urn:pulumi:dev::app::pulumi-nodejs:pgindex:Index::a";
const claim = (id: string) => ({ owner: ownerOf(URN, id), marks: true });
const T: Args = { table: "t", name: "t_idx", columns: ["a"] };

async function ensured(args: Args, id: string, previous?: object) {
  const desired = await declare({ ...T, ...args });
  const recorded = previous as Parameters<typeof ensureIndex>[0]["previous"];
  const { ctx } = record();
  const database = targetOf(db.url);
  const made = await ensureIndex({ database, desired, previous: recorded, claim: claim(id), ctx });
  return toIndexOutputs(made, desired, []);
}

test("a changed declaration replaces it, as in the database of the state", async () => {
  const { database: _, ...outputs } = await ensured({}, "aaaaaaaaaaaa");
  const elsewhere = { ...outputs, database: SOMEWHERE };
  const changed = await ensured({ columns: ["b"] }, "aaaaaaaaaaaa", elsewhere);
  expect(changed).toMatchObject({ valid: true, ownerId: "aaaaaaaaaaaa" });
  expect(changed.definition).toContain("(b)");
});

test("another one's mark, even of the same name, does not make it the resource's", async () => {
  const outputs = await ensured({}, "aaaaaaaaaaaa");
  const elsewhere = { ...outputs, database: SOMEWHERE };
  const refused = ensured({ columns: ["b"] }, "bbbbbbbbbbbb", elsewhere);
  expect((await failureOf(refused)).message).toContain("exists with another definition");
});
