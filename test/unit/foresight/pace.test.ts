import { expect, test } from "vitest";
import { Pace } from "../../../providers/pgindex/src/engine/foresight/size/pace.ts";

test("of many tables only the first are read, and the others go by the middle one of those", async () => {
  const pace = new Pace();
  let reads = 0;
  const seconds = [4, 1, undefined, 3];
  const read = async () => {
    const took = seconds[reads];
    reads += 1;
    return took === undefined ? undefined : { rows: 1_000, seconds: took };
  };
  const found = await Promise.all(Array.from({ length: 50 }, () => pace.by(read)));
  expect(reads).toBe(4);
  expect(found.slice(0, 4).map((each) => each?.seconds)).toEqual(seconds);
  expect(found.slice(4)).toEqual(Array(46).fill({ rows: 1_000, seconds: 3, isOwn: false }));
});

test("a sample that fails is its own table's matter", async () => {
  const pace = new Pace();
  const lost = pace.by(() => Promise.reject(new Error("lost")));
  const others = [1, 2, 3].map(() => pace.by(async () => undefined));
  await expect(lost).rejects.toThrow("lost");
  expect(await Promise.all([...others, pace.by(async () => undefined)])).toEqual(Array(4));
});
