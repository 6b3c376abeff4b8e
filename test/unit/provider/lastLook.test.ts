// What of several looks at one index decides whether its change may begin: the last one.
import { expect, test } from "vitest";
import { PgIndexError } from "../../../providers/pgindex/src/engine/errors/advice.ts";
import { DeniedError } from "../../../providers/pgindex/src/engine/hazards/policy.ts";
import { Looks } from "../../../providers/pgindex/src/provider/indexes/looks.ts";
import { Review } from "../../../providers/pgindex/src/provider/review/review.ts";

const URN = "urn:pulumi:dev::tests::pulumi-nodejs:pgindex:Index::it";
const ADVICE = { what: "refused", why: "because", fix: "wait" };

test("what a policy denies stands in the way until a look meets it no more", () => {
  const looks = new Looks();
  looks.note(URN, { lines: ["seen"] });
  looks.fail(URN, new DeniedError(ADVICE));
  expect(() => looks.requireAllowed(URN)).toThrow(DeniedError);
  expect(looks.of(URN)).toBeUndefined();
  expect(looks.failure(URN)).toMatchObject({ outcome: "refused" });
  looks.noteUnchanged(URN);
  looks.requireAllowed(URN);
  expect(looks.failure(URN)).toBeUndefined();
});

test("another error is no denial: the change looks again by itself", () => {
  const looks = new Looks();
  looks.fail(URN, new PgIndexError(ADVICE));
  looks.requireAllowed(URN);
});

test("what is worse than the plan stops a change until a look finds it so no more", () => {
  const review = new Review(() => undefined);
  review.settle(URN, new PgIndexError(ADVICE));
  expect(() => review.begin(URN)).toThrow("refused");
  expect(review.hasBegun).toBe(false);
  review.settle(URN, undefined);
  review.begin(URN);
  expect(review.hasBegun).toBe(true);
});
