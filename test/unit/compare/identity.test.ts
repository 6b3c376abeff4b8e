import { describe, expect, test } from "vitest";
import {
  type IndexIdentity,
  isStillOurs,
  isStranger,
  keepingOf,
} from "../../../providers/pgindex/src/engine/compare/identity.ts";
import type { OwnershipMark } from "../../../providers/pgindex/src/engine/declare/ownershipMark.ts";
import { liveIndex } from "../../support/engine/engine.ts";

const { schema, name, table, oid, canonical } = liveIndex();
const recorded = (more: Partial<IndexIdentity> = {}): IndexIdentity => ({
  schema,
  name,
  table,
  oid,
  canonical,
  ...more,
});
const marked = (id: string, origin: OwnershipMark["origin"] = "built") =>
  liveIndex({
    mark: { label: "app/prod, other", stack: "s", urn: "u", id, database: "d", origin },
  });

describe("an index is still what was recorded", () => {
  test.each([
    ["as it was", {}, true],
    ["under another name", { name: "renamed" }, true],
    ["with its table under another name", { table: "renamed" }, true],
    ["in another schema, with its table", { schema: "moved" }, true],
    ["not under another name on another table", { name: "renamed", table: "other" }, false],
    ["not under another name in another schema", { name: "renamed", schema: "other" }, false],
    ["not with another definition", { canonical: { ...canonical, columns: "id" } }, false],
    [
      "not unique, where it was not",
      { canonical: { ...canonical, unique: "true" as const } },
      false,
    ],
  ])("%s", (_, now, ours) => {
    expect(isStillOurs(liveIndex(now), recorded())).toBe(ours);
  });
});

describe("a stranger is what somebody has built anew", () => {
  test.each([
    ["without our mark, and with another OID", liveIndex(), { ownerId: "1", markedOid: 1 }, true],
    ["not the index that was marked", liveIndex(), { ownerId: "1", markedOid: oid }, false],
    ["not what never had a mark", liveIndex(), { ownerId: null, markedOid: 1 }, false],
    ["not what an older release has recorded", liveIndex(), {}, false],
    ["not what has a mark", marked("2"), { ownerId: "1", markedOid: 1 }, false],
  ])("%s", (_, live, old, strange) => {
    expect(isStranger(live, old)).toBe(strange);
  });
});

describe("a destroy", () => {
  test.each([
    ["drops what was built", liveIndex(), { origin: "built" as const }, "own"],
    ["drops what 0.1 has built", liveIndex(), { adopted: false }, "own"],
    ["drops what nothing is said of", liveIndex(), {}, "own"],
    ["keeps what was found", liveIndex(), { origin: "adopted" as const }, "notBuiltHere"],
    ["keeps what 0.1 has adopted", liveIndex(), { adopted: true }, "notBuiltHere"],
    [
      "goes by the origin rather than 0.1's word",
      liveIndex(),
      { adopted: true, origin: "built" as const },
      "own",
    ],
    [
      "goes by the mark first",
      marked("1", "adopted"),
      { ownerId: "1", origin: "built" as const },
      "notBuiltHere",
    ],
    [
      "drops what was found, if declared so",
      liveIndex(),
      { origin: "adopted" as const, dropOnDestroy: true },
      "own",
    ],
    [
      "keeps what was built, if declared so",
      liveIndex(),
      { origin: "built" as const, dropOnDestroy: false },
      "declaredKept",
    ],
    [
      "keeps what was found and is declared so",
      liveIndex(),
      { adopted: true, dropOnDestroy: false },
      "notBuiltHere",
    ],
    ["drops its own mark's", marked("1"), { ownerId: "1" }, "own"],
    [
      "keeps what another has marked",
      marked("2"),
      { ownerId: "1", dropOnDestroy: true },
      "passedOn",
    ],
    ["keeps what another has marked, of 0.1 too", marked("2"), {}, "passedOn"],
    [
      "keeps what was built anew by hand",
      liveIndex(),
      { ownerId: "1", markedOid: 1, dropOnDestroy: true },
      "stranger",
    ],
  ])("%s", (_, live, old, kind) => {
    expect(keepingOf(live, recorded(old)).kind).toBe(kind);
  });

  test("names who has it now", () => {
    expect(keepingOf(marked("2"), recorded({ ownerId: "1" }))).toEqual({
      kind: "passedOn",
      to: "app/prod, other",
    });
  });
});
