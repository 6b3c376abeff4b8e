// How long a build will take, by those that the state has.
import { expect, test } from "vitest";
import {
  type EarlierBuild,
  timeByPace,
} from "../../../providers/pgindex/src/engine/foresight/size/earlierPace.ts";

const HERE = { systemIdentifier: "7", oid: 5, name: "app" };
const MB = 1024 ** 2;

const built = (changes: Partial<EarlierBuild> = {}): EarlierBuild => ({
  index: "public.a_idx",
  database: HERE,
  accessMethod: "btree",
  sizeBytes: 100 * MB,
  seconds: 10.3,
  ...changes,
});

const told = (...earlier: EarlierBuild[]) =>
  timeByPace(earlier, { accessMethod: "btree" }, HERE, 200 * MB);

test("twice the size takes twice the time, by a factor of two more or less", () => {
  expect(told(built())).toEqual({
    seconds: 20.3,
    least: 10.15,
    most: 40.6,
    basis: "the build of public.a_idx, 100 MB in 10 s",
  });
});

test("the one that is nearest in size tells it, and slower ones widen the error", () => {
  const small = built({ index: "public.b_idx", sizeBytes: 2 * MB, seconds: 1.3 });
  expect(told(small, built())).toMatchObject({
    seconds: 20.3,
    most: expect.closeTo(100.3),
    basis: expect.stringMatching(/a_idx/),
  });
});

test.each([
  ["another access method", { accessMethod: "gin" }],
  ["another database", { database: { ...HERE, oid: 6 } }],
  ["too small", { sizeBytes: MB / 2 }],
  ["too short", { seconds: 0.4 }],
])("nothing is told by one of %s", (_what, changes) => {
  expect(told(built(changes))).toBeUndefined();
});
