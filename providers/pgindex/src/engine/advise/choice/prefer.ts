import { type Candidate, isPlainer } from "../candidates/candidate";
import type { Built } from "../candidateTwin";
import { concerned, costOf, totalOf, type Weighed, type Weighing } from "./weigh";

/** An order that spares a sort is kept at this price. */
const FOR_ORDER = 1.02;
/** Fewer keys may cost that much more. */
const FOR_FEWER_KEYS = 1.25;
/** Without INCLUDE, which makes every row of the index longer; or that much a call. */
const WITHOUT_INCLUDE = 2;
const FOR_INCLUDE = 50;
/** Without a predicate, which only serves queries that repeat it, unless most rows are left out. */
const WITHOUT_PREDICATE = 1.5;
const MOST_OF_ROWS = 0.2;
const NEVER = 0;
/** A BRIN index has hardly a size. */
const FOR_BRIN = 1.3;

/**
 * Of indexes of one kind the one that an engineer would declare: the order of a query rather than a
 * key less, but neither INCLUDE nor predicate nor key that gains little.
 */
export async function preferred(
  best: Built,
  pool: readonly Built[],
  standing: readonly Built[],
  weighing: Weighing,
): Promise<Built> {
  const top = await cheapest(best, pool, standing, weighing);
  const served = await servedBy(top, standing, weighing.statements);
  const isWithin = async (one: Built, other: Built, times: number) => {
    const { ours, theirs, most } = await compared(served, [...standing, one], [...standing, other]);
    const isLean = one.candidate.include.length < other.candidate.include.length;
    return ours <= times * theirs || (isLean && most < FOR_INCLUDE);
  };
  let chosen = top;
  for (const wider of pool.filter((each) => isOrderedForm(each, top)))
    if (await isWithin(wider, chosen, FOR_ORDER)) chosen = wider;
  for (const isOneLess of [withoutInclude, withoutPredicate, asBrin, withFewerKeys]) {
    const plainer = pool.filter((each) => isOneLess(each.candidate, chosen.candidate));
    for (const each of plainer.toSorted((one, other) => complexity(one) - complexity(other)))
      if (await isWithin(each, chosen, allowance(each, chosen))) {
        chosen = each;
        break;
      }
  }
  return chosen;
}

type OneLess = (one: Candidate, other: Candidate) => boolean;

const withoutInclude: OneLess = (one, other) =>
  isPlainer(one, other) &&
  one.keys.length === other.keys.length &&
  one.include.length < other.include.length;

const withoutPredicate: OneLess = (one, other) =>
  isPlainer(one, other) && one.predicate !== other.predicate;

const asBrin: OneLess = (one, other) => isPlainer(one, other) && one.method !== other.method;

const withFewerKeys: OneLess = (one, other) =>
  isPlainer(one, other) &&
  one.method === other.method &&
  one.predicate === other.predicate &&
  one.include.length === other.include.length;

/** Of what is more than the best one of the whole workload's statements. */
async function cheapest(
  best: Built,
  pool: readonly Built[],
  standing: readonly Built[],
  { statements, price }: Weighing,
): Promise<Built> {
  const concerns = concerned(statements, [best]);
  let [chosen, least] = [best, Number.POSITIVE_INFINITY];
  for (const each of pool) {
    if (each !== best && !isPlainer(best.candidate, each.candidate)) continue;
    const cost = (await totalOf(concerns, [...standing, each])) + price(each);
    if (cost < least) [chosen, least] = [each, cost];
  }
  return chosen;
}

/** Statements that differ by less do not. */
const NO_DIFFERENCE = 0.01;

/** What the statements cost for which it makes a difference; the same, if that is next to nothing. */
async function compared(
  served: readonly Weighed[],
  one: readonly Built[],
  other: readonly Built[],
): Promise<{ readonly ours: number; readonly theirs: number; readonly most: number }> {
  let [ours, theirs, total, most] = [0, 0, 0, 0];
  for (const each of served) {
    const [mine, yours] = [await costOf(each, one), await costOf(each, other)];
    total += each.calls * yours;
    if (Math.abs(mine - yours) <= NO_DIFFERENCE * yours) continue;
    ours += each.calls * mine;
    theirs += each.calls * yours;
    most = Math.max(most, mine - yours);
  }
  const isNothing = Math.abs(ours - theirs) <= NO_DIFFERENCE * total;
  return isNothing ? { ours: 1, theirs: 1, most: 0 } : { ours, theirs, most };
}

async function servedBy(
  best: Built,
  standing: readonly Built[],
  statements: readonly Weighed[],
): Promise<readonly Weighed[]> {
  const served: Weighed[] = [];
  for (const each of concerned(statements, [best])) {
    const [before, after] = [await costOf(each, standing), await costOf(each, [...standing, best])];
    if (after < before * 0.99) served.push(each);
  }
  return served;
}

function isOrderedForm({ candidate }: Built, best: Built): boolean {
  const { isOrdered, include, predicate } = candidate;
  if (!isOrdered || include.length > 0 || predicate !== best.candidate.predicate) return false;
  return best.candidate.include.length === 0 && isPlainer(best.candidate, candidate);
}

function complexity({ candidate: { keys, include, predicate, method } }: Built): number {
  if (method === "brin") return 0;
  // Without the predicate, what it asked for is a key.
  return keys.length + include.length + (predicate === undefined ? 0 : 1);
}

/** How much dearer than the other one the plainer one may make what it serves. */
function allowance(plainer: Built, other: Built): number {
  const [one, two] = [plainer.candidate, other.candidate];
  if (one.method === "brin") return FOR_BRIN;
  if (one.predicate !== two.predicate)
    return other.bytes <= MOST_OF_ROWS * plainer.bytes ? NEVER : WITHOUT_PREDICATE;
  if (one.include.length !== two.include.length) return WITHOUT_INCLUDE;
  return two.isOrdered && !one.isOrdered ? 1 / FOR_ORDER : FOR_FEWER_KEYS;
}
