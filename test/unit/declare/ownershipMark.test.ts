import { createHash } from "node:crypto";
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

  test.each([
    ["on its own", "pulumi-nodejs:pgindex:Index", "pgindex:index:Index"],
    [
      "of the component",
      "pgindex:index:DrizzleMigrations$pulumi-nodejs:pgindex:Index",
      "pgindex:index:DrizzleMigrations$pgindex:index:Index",
    ],
    [
      "under another resource of ours",
      "my:own:Part$pulumi-nodejs:pgindex:PromotionGate$pulumi-nodejs:pgindex:Index",
      "my:own:Part$pgindex:index:PromotionGate$pgindex:index:Index",
    ],
  ])("%s: the same at both fronts, and as release 0.1 has marked it", (_, dynamic, native) => {
    const [one, other] = [dynamic, native].map((type) => `urn:pulumi:prod::app::${type}::it`);
    const hash = createHash("sha256").update(`${one}`).digest("hex").slice(0, 8);
    expect(ownerOf(`${one}`).urn).toBe(hash);
    expect(ownerOf(`${other}`).urn).toBe(hash);
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
