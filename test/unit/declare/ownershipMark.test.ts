import { describe, expect, test } from "vitest";
import {
  nameInUrn,
  ownerOf,
  resourceName,
  stackName,
} from "../../../providers/pgindex/src/engine/declare/ownershipMark.ts";

describe("an owner is told from its URN, for people and for comparison", () => {
  const urn = "urn:pulumi:prod::app::pulumi-nodejs:pgindex:Index::t::index";
  test("with its project, stack and logical name, which may have colons", () => {
    const owner = ownerOf(urn, "1");
    expect(owner).toMatchObject({ label: "app/prod, t::index", id: "1" });
    expect(nameInUrn(urn)).toBe("t::index");
    const mark = { ...owner, database: "d", origin: "built" } as const;
    expect([stackName(mark), resourceName(mark)]).toEqual(["app/prod", "t::index"]);
  });

  test("the same stack, whatever the resource; another hash for another name", () => {
    const other = ownerOf(urn.replace("t::index", "other"));
    expect(other.stack).toBe(ownerOf(urn).stack);
    expect(other.urn).not.toBe(ownerOf(urn).urn);
  });

  test("as it stands, where it is no URN", () => {
    expect(ownerOf("mine").label).toBe("/, mine");
    expect(nameInUrn("mine")).toBe("mine");
  });

  test("in ASCII and of a length that a comment in any database holds", () => {
    const { label } = ownerOf(urn.replace("t::index", `größe${"x".repeat(200)}`));
    expect(label).toMatch(/^app\/prod, gr\?\?ex+$/);
    expect(label).toHaveLength(120);
  });
});
