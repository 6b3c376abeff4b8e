import type pg from "pg";
import { withClient } from "../chaosServer.ts";
import type { Goal } from "../troubles/troubleSchedule.ts";
import type { Stack } from "./chaosStack.ts";
import { declarationsOf } from "./declarations.ts";
import type { Rival } from "./rival.ts";
import { WANTED } from "./rivalNames.ts";

const OWNER = "chaos/left";
const RIVAL = "chaos/rival";

interface Parties {
  readonly rival: Rival;
  /** The owner first. */
  readonly stacks: readonly Stack[];
  readonly goal: Exclude<Goal, "nothing">;
  readonly rounds: number;
}

/**
 * In peace, the rival takes an index over by declaring so, and the owner takes it back. One index
 * stands all the time, and each knows whose it is. Returns what is wrong.
 */
export async function takeOverAndBack(url: string, parties: Parties): Promise<string[]> {
  const { rival, stacks, goal, rounds } = parties;
  const name = WANTED.find(({ owner }) => owner === OWNER)?.args.name ?? "";
  const [owner] = stacks;
  const args = declarationsOf("left", goal, rounds).find((each) => each.args.name === name)?.args;
  if (!owner || !args) throw new Error(`${OWNER} does not declare ${name}`);
  const mark = () => withClient(url, (client) => markOf(client, name));
  const before = await mark();
  const taken = await rival.up({ ...args, takeOverFrom: OWNER });
  const during = await mark();
  const told = await owner.preview();
  const back = await owner.takeOver(goal, rounds, { name, from: RIVAL });
  const after = await mark();
  const given = await rival.destroy();
  const last = await mark();
  const empty = await owner.preview();
  const isSame = [during, after, last].every(({ oid }) => oid === before.oid);
  const facts: readonly (readonly [promise: string, isKept: boolean])[] = [
    ["the rival takes it over", taken.code === 0 && during.owner === RIVAL],
    ["the owner's preview says so", told.text.includes(`it now belongs to ${RIVAL}`)],
    ["the owner takes it back", back.code === 0 && after.owner === OWNER],
    ["the rival's destroy keeps it", given.text.includes(`kept index app.${name}`)],
    ["it is the owner's", last.owner === OWNER],
    ["the owner has nothing to do", empty.isEmpty],
    ["it is the same index all the time", isSame],
  ];
  return facts
    .filter(([, isKept]) => !isKept)
    .map(([promise]) => `take-over of ${name} and back: not so: ${promise}`);
}

/** The index, and the stack in its mark. */
async function markOf(
  client: pg.Client,
  name: string,
): Promise<{ readonly oid?: number; readonly owner?: string }> {
  const { rows } = await client.query<{ oid: number; owner: string }>(
    `SELECT indexrelid::int8::int AS oid,
            substring(obj_description(indexrelid, 'pg_class') FROM 'managed by Pulumi: ([^,]+),')
            AS owner FROM pg_index WHERE indexrelid = to_regclass($1) AND indisvalid`,
    [`app.${name}`],
  );
  return rows[0] ?? {};
}
