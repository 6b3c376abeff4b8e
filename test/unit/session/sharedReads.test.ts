import { expect, test } from "vitest";
import {
  everything,
  SharedReads,
} from "../../../providers/pgindex/src/engine/session/sharedReads.ts";

const FEW = 10;
const afterFew = (session: { readonly shared: SharedReads }, read: () => Promise<string>) => {
  for (let i = 0; i < FEW; i += 1) expect(everything(session, read)).toBeUndefined();
};

test("what the server does not answer in time is read one by one from then on", async () => {
  const session = { shared: new SharedReads(true) };
  let times = 0;
  const read = () => {
    times += 1;
    return Promise.reject(new Error("no answer for 15 s: the connection counts as lost"));
  };
  afterFew(session, read);
  await expect(everything(session, read)).rejects.toThrow("no answer");
  for (let i = 0; i < 100; i += 1) expect(everything(session, read)).toBeUndefined();
  expect(times).toBe(1);
});

test("another failure is asked for again", async () => {
  const session = { shared: new SharedReads(true) };
  const answers = [
    Promise.reject(new Error("cache lookup failed for index 1")),
    Promise.resolve("all"),
  ];
  const read = () => answers.shift() as Promise<string>;
  afterFew(session, read);
  await expect(everything(session, read)).rejects.toThrow("cache lookup");
  expect(await everything(session, read)).toBe("all");
  expect(await everything(session, read)).toBe("all");
});
