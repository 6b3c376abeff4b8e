import { describe, expect, test } from "vitest";
import {
  databaseLabel,
  databaseLine,
  isSameDatabase,
} from "../../../providers/pgindex/src/engine/session/databaseIdentity.ts";
import { newerServerLine } from "../../../providers/pgindex/src/engine/session/sessionMessages.ts";

const HERE = { systemIdentifier: "7301", oid: 5, name: "app" };
const UNREAD = { ...HERE, systemIdentifier: null };

describe("two are the same database", () => {
  test.each([
    ["after a rename", HERE, { ...HERE, name: "renamed" }, true],
    ["not on another server", HERE, { ...HERE, systemIdentifier: "7302" }, false],
    ["not as another of the same server", HERE, { ...HERE, oid: 6 }, false],
    ["not on another branch of one server", HERE, { ...HERE, branch: "b" }, false],
    ["on the same branch", { ...HERE, branch: "b" }, { ...HERE, branch: "b" }, true],
    ["by its name, where no role may read the identifier", UNREAD, UNREAD, true],
    ["not under another name there", UNREAD, { ...UNREAD, name: "renamed" }, false],
    ["not when one server says who it is and the other does not", HERE, UNREAD, false],
  ])("%s", (_, one, other, isSame) => {
    expect(isSameDatabase(one, other)).toBe(isSame);
    expect(isSameDatabase(other, one)).toBe(isSame);
  });
});

test.each([
  [HERE, "app@7301/5"],
  [UNREAD, "app@unknown/5"],
  [{ ...HERE, branch: "b1" }, "app@7301/5/b1"],
])("it is named in messages: %j", (identity, label) => {
  expect(databaseLabel(identity)).toBe(label);
  expect(databaseLine(identity, 180_001)).toBe(`database ${label}, PostgreSQL 18`);
});

test("a major that nobody has tried is told, and not refused", () => {
  expect(newerServerLine(180_099)).toBeUndefined();
  expect(newerServerLine(190_000)).toMatch(
    /^PostgreSQL 19 is newer than .* \(13 to 18\): it goes on/,
  );
});
