import { describe, expect, test } from "vitest";
import {
  type Claim,
  ownershipOf,
  wantedMark,
} from "../../../providers/pgindex/src/engine/compare/ownership.ts";
import {
  type OwnershipMark,
  ownerOf,
} from "../../../providers/pgindex/src/engine/declare/ownershipMark.ts";
import { databaseHash } from "../../../providers/pgindex/src/engine/session/databaseIdentity.ts";
import { SOMEWHERE } from "../../support/engine/engine.ts";

const urn = (name: string, stack = "prod") =>
  `urn:pulumi:${stack}::app::pulumi-nodejs:pgindex:Index::${name}`;
const owner = (name: string, id?: string, stack?: string) => ownerOf(urn(name, stack), id);

const mark = (name: string, id: string, stack?: string): OwnershipMark => ({
  ...owner(name, id, stack),
  database: databaseHash(SOMEWHERE),
  origin: "built",
});
const claim = (more: Partial<Claim> = {}): Claim => ({
  owner: owner("mine", "1"),
  marks: true,
  ...more,
});

describe("whose an index is", () => {
  test.each([
    ["nobody's, without a mark", undefined, claim(), "unmarked"],
    ["nobody's, without a mark or a claim", undefined, undefined, "unmarked"],
    ["ours, by its ID under another URN", mark("renamed", "1"), claim(), "own"],
    ["ours, by its URN before the ID is known", mark("mine", "7"), claim(), "own"],
    [
      "ours, by the URN of before an alias",
      mark("former", "7"),
      claim({ owner: owner("mine"), formerUrn: owner("former").urn }),
      "own",
    ],
    [
      "not ours, only because neither has an ID",
      { ...mark("other", ""), id: undefined },
      claim({ owner: owner("mine") }),
      "sibling",
    ],
    ["another resource's of the stack", mark("other", "2"), claim(), "sibling"],
    ["another stack's", mark("other", "2", "staging"), claim(), "foreign"],
    ["another stack's of the same logical name", mark("mine", "2", "staging"), claim(), "foreign"],
    ["another stack's, for who claims nothing", mark("other", "2"), undefined, "foreign"],
    [
      "ceded by the stack that is named",
      mark("other", "2", "staging"),
      claim({ takeOverFrom: "app/staging" }),
      "ceded",
    ],
    [
      "not ceded by a stack that is not named",
      mark("other", "2", "staging"),
      claim({ takeOverFrom: "app/other" }),
      "foreign",
    ],
    ["ceded within the stack", mark("other", "2"), claim({ takeOverFrom: "app/prod" }), "ceded"],
    [
      "ours all the same where marks are not written",
      mark("mine", "1"),
      claim({ marks: false }),
      "own",
    ],
  ] as const)("%s", (_, found, claimed, whose) => {
    expect(ownershipOf({ mark: found }, claimed, SOMEWHERE)).toBe(whose);
  });

  test("of a copy of another database: nobody's, but for what is ours by itself", () => {
    const copy = { ...SOMEWHERE, systemIdentifier: "2" };
    expect(ownershipOf({ mark: mark("other", "2", "staging") }, claim(), copy)).toBe("unmarked");
    expect(ownershipOf({ mark: mark("mine", "1") }, claim(), copy)).toBe("own");
  });

  test("where the database is not known, the mark counts", () => {
    expect(ownershipOf({ mark: mark("other", "2", "staging") }, claim(), undefined)).toBe(
      "foreign",
    );
  });
});

describe("the mark that is wanted", () => {
  test("names owner, database and origin", () => {
    expect(wantedMark(claim(), SOMEWHERE, "adopted")).toEqual({
      ...owner("mine", "1"),
      database: databaseHash(SOMEWHERE),
      origin: "adopted",
    });
  });

  test.each([
    ["without a claim", undefined, SOMEWHERE],
    ["where the user does without", claim({ marks: false }), SOMEWHERE],
    ["of a database that is not known", claim(), undefined],
  ] as const)("is none %s", (_, claimed, database) => {
    expect(wantedMark(claimed, database, "built")).toBeUndefined();
  });
});
