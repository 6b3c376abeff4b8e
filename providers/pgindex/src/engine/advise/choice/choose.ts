import { serves } from "../candidates/builtCandidates";
import { isPlainer } from "../candidates/candidate";
import type { Built } from "../candidateTwin";
import { preferred } from "./prefer";
import { type Gain, gainOf, totalOf, usedIn, type Weighing } from "./weigh";

/** An index that would serve the workload's reads, and cost its writes more than that. */
export interface Rejected {
  readonly built: Built;
  readonly gain: number;
  readonly price: number;
}

export interface Choice {
  readonly chosen: readonly Built[];
  readonly rejected: readonly Rejected[];
}

/** Below this share of what the workload costs, an index is not worth a look. */
const LEAST_SHARE = 0.001;

/** Nor is what is not worth an index, unless much is gained. */
const LEAST_REJECTED = 0.05;

/** One after the other, the index that gains most where the ones before it stand already. */
export async function choose(weighing: Weighing): Promise<Choice> {
  const { statements } = weighing;
  const total = await totalOf(statements, []);
  const least = LEAST_SHARE * total;
  const { pool, together } = await usefulOf(weighing);
  const alone = pool.map((each) => [each]);
  const tried = new Set<Built>();
  let chosen: readonly Built[] = [];
  for (;;) {
    const isOpen = (move: Move) => !move.every((each) => tried.has(each));
    const best =
      (await bestOf(weighing, alone.filter(isOpen), chosen, least)) ??
      (await bestOf(weighing, together.filter(isOpen), chosen, least));
    if (!best) break;
    const better: Built[] = [];
    for (const [i, each] of best.entries()) {
      const others = [...chosen, ...better, ...best.slice(i + 1)];
      better.push(await preferred(each, pool, others, weighing));
      // What is preferred to it may stand already, and it would gain as much again.
      tried.add(each);
    }
    chosen = [...new Set([...chosen, ...better])];
  }
  chosen = await withoutNeedless(weighing, chosen);
  return { chosen, rejected: await rejectedOf(weighing, pool, chosen, LEAST_REJECTED * total) };
}

/** One candidate, or several that serve a query only together, such as the arms of an OR. */
type Move = readonly Built[];

/** What the planner would take if it could have all, and what is plainer than that. */
async function usefulOf({
  statements,
  built,
}: Weighing): Promise<{ readonly pool: readonly Built[]; readonly together: readonly Move[] }> {
  const used = new Set<Built>();
  const together = new Map<string, Move>();
  for (const each of statements) {
    const theirs = usedIn(await each.plan(built), built);
    for (const one of theirs) used.add(one);
    const key = theirs.map(({ live }) => live.oid).join();
    if (theirs.length > 1) together.set(key, theirs);
  }
  const pool = built.filter(
    (each) =>
      used.has(each) || [...used].some(({ candidate }) => isPlainer(each.candidate, candidate)),
  );
  return { pool, together: [...together.values()] };
}

async function bestOf(
  { statements, price }: Weighing,
  moves: readonly Move[],
  chosen: readonly Built[],
  least: number,
): Promise<Move | undefined> {
  let [best, most]: [Move | undefined, number] = [undefined, least];
  for (const move of moves) {
    const added = move.filter((each) => !chosen.includes(each));
    if (added.length === 0 || added.some((each) => isServed(each, chosen))) continue;
    const { total, isNoticed } = await gainOf(statements, chosen, added);
    const net = total - added.reduce((sum, each) => sum + price(each), 0);
    if (isNoticed && net > most) [best, most] = [added, net];
  }
  return best;
}

const isServed = ({ live }: Built, chosen: readonly Built[]) =>
  chosen.some((each) => each.live.tableOid === live.tableOid && serves(each.live, live));

/** What later ones have made needless. */
async function withoutNeedless(
  { statements, price }: Weighing,
  chosen: readonly Built[],
): Promise<readonly Built[]> {
  let left = chosen;
  for (const each of chosen) {
    const others = left.filter((other) => other !== each);
    const isCovered = isServed(each, others);
    const { total, isNoticed } = isCovered ? NOTHING : await gainOf(statements, others, [each]);
    if (isCovered || !isNoticed || total <= price(each)) left = others;
  }
  return left;
}

const NOTHING: Gain = { total: 0, isNoticed: false };

/** The one of each table that would gain most, if nobody wrote. */
async function rejectedOf(
  { statements, price }: Weighing,
  pool: readonly Built[],
  chosen: readonly Built[],
  least: number,
): Promise<Rejected[]> {
  const found = new Map<number, Rejected>();
  const plain = pool.filter(
    ({ candidate: { include, predicate } }) => !predicate && !include.length,
  );
  for (const built of plain) {
    if (chosen.includes(built) || isServed(built, chosen)) continue;
    const { total: gain, isNoticed } = await gainOf(statements, chosen, [built]);
    const rejected = { built, gain, price: price(built) };
    const most = found.get(built.live.tableOid)?.gain ?? least;
    if (isNoticed && gain <= rejected.price && gain > most)
      found.set(built.live.tableOid, rejected);
  }
  return [...found.values()];
}
