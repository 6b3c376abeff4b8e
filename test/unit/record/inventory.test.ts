// What a preview says of an index that it looks up in the list of the whole database.
import { describe, expect, test } from "vitest";
import type { OwnershipMark } from "../../../providers/pgindex/src/engine/declare/ownershipMark.ts";
import { renamedText } from "../../../providers/pgindex/src/engine/record/indexLoss.ts";
import {
  changeSince,
  type InventoryIndex,
} from "../../../providers/pgindex/src/engine/record/inventory.ts";
import { otherDatabaseWarning } from "../../../providers/pgindex/src/engine/situation/otherDatabase.ts";
import { SOMEWHERE } from "../../support/engine/engine.ts";

const mark = (id: string): OwnershipMark => ({
  label: `app/prod, i${id}`,
  stack: "s",
  urn: "u",
  id,
  database: "d",
  origin: "built",
});
const index = (more: Partial<InventoryIndex> = {}): InventoryIndex => ({
  oid: 7,
  schema: "public",
  name: "i",
  valid: true,
  ready: true,
  live: true,
  ...more,
});
const unmarked = { schema: "public", name: "i", oid: 7, database: SOMEWHERE };
const marked = { ...unmarked, ownerId: "1", markedOid: 7 };
const dropping = { name: "i_pgindex_drop_7" };

const HALF = "half dropped: queries have lost the index to an interrupted DROP INDEX CONCURRENTLY";
const GONE = "it does not exist in the database somewhere@1/5";

describe("a look at the whole database tells", () => {
  test.each<
    [
      title: string,
      old: typeof unmarked & Partial<typeof marked>,
      found: InventoryIndex[],
      text: string | null,
    ]
  >([
    ["nothing, of what stands as it was", marked, [index({ mark: mark("1") })], null],
    ["nothing, of what never had a mark", unmarked, [index({ oid: 8 })], null],
    ["that it is gone", marked, [], GONE],
    ["that it is gone, and an OID in another schema is no proof", unmarked, [other()], GONE],
    ["that it is gone, whoever has its OID now", marked, [index({ name: "j" })], GONE],
    [
      "its new name, found by its mark",
      marked,
      [index({ name: "j", oid: 8, mark: mark("1") })],
      "renamed outside to j",
    ],
    ["its new name, found by its OID", unmarked, [index({ name: "j" })], "renamed outside to j"],
    [
      "its new schema, found by its mark",
      marked,
      [other(mark("1"))],
      "moved outside to schema archive",
    ],
    ["who has it now", marked, [index({ mark: mark("2") })], "it now belongs to app/prod, i2"],
    ["that its mark is gone", marked, [index()], "its comment no longer names its owner"],
    ["that it is another one", marked, [index({ oid: 8 })], "somebody has built it anew outside"],
    ["that it is INVALID", marked, [index({ valid: false, mark: mark("1") })], "INVALID: queries"],
    [
      "that it is half dropped",
      unmarked,
      [index({ ...dropping, valid: false, ready: false, live: false })],
      HALF,
    ],
  ])("%s", (_, old, found, text) => {
    const inventory = {
      database: SOMEWHERE,
      serverVersion: 180_000,
      startedAt: "",
      indexes: new Map(found.map((each) => [`${each.schema}.${each.name}`, each])),
    };
    const said = changeSince(inventory, old);
    if (text === null) expect(said).toBeNull();
    else expect(said?.slice(0, text.length)).toBe(text);
  });

  test("that it is another database", () => {
    const here = { ...SOMEWHERE, systemIdentifier: "2" };
    const empty = { database: here, serverVersion: 180_000, startedAt: "", indexes: new Map() };
    expect(changeSince(empty, marked)).toBe(otherDatabaseWarning(SOMEWHERE, here));
    expect(changeSince(empty, { ...marked, database: undefined })).toMatch(/^it does not exist/);
  });
});

function other(itsMark?: OwnershipMark): InventoryIndex {
  return index({ schema: "archive", mark: itsMark });
}

test("the name of an interrupted drop is not somebody's new name", () => {
  expect(renamedText(index({ name: "j" }))).toBe("renamed outside to j");
  expect(renamedText(index(dropping))).toBe(
    "an interrupted drop has renamed it to i_pgindex_drop_7",
  );
  expect(renamedText(index({ ...dropping, valid: false }))).toMatch(/^INVALID: queries have lost/);
});
