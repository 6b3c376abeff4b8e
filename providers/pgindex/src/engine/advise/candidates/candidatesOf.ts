import type { Access, Condition, Key, OrderKey } from "../query/access";
import { type Candidate, type CandidateKey, textOf } from "./candidate";
import type { Figures } from "./figures";
import { otherMethods, patternKey } from "./otherMethods";
import { inclusions, partials } from "./variants";

/** More say nothing new. */
const MOST_EQUAL = 4;
const MOST_OF_ACCESS = 60;

/**
 * The indexes that could serve a use of a table: columns that are asked for by `=` first, then those
 * that are asked for by a range or an order; each also with fewer columns.
 */
export function candidatesOf(access: Access, figures: Figures): Candidate[] {
  const { conditions, alternatives } = access;
  const arms = alternatives.flatMap((arm) => [arm, [...conditions, ...arm]]);
  const found = [conditions, ...arms].flatMap((each) => ofConditions(access, each, figures));
  const distinct = new Map(found.map((each) => [textOf(each), each]));
  return [...distinct.values()].slice(0, MOST_OF_ACCESS);
}

function ofConditions(
  access: Access,
  conditions: readonly Condition[],
  figures: Figures,
): Candidate[] {
  const whole = equalSets(conditions).flatMap((equal) =>
    orderings(access, equal, figures).flatMap((keys) =>
      tailsOf(access, conditions, figures).map((tail) => btree(access, keys, tail)),
    ),
  );
  const plain = whole.filter(({ keys }) => keys.length > 0);
  return [
    ...plain,
    ...plain.flatMap((each) => inclusions(each, access, figures)),
    ...plain.flatMap((each) => partials(each, conditions)),
    ...plain.flatMap(shorter),
    ...otherMethods(access, conditions, figures),
  ];
}

/** By constants and parameters alone, and with what each other table gives. */
function equalSets(conditions: readonly Condition[]): (readonly Key[])[] {
  const equal = conditions.filter((each) => each.kind === "equal");
  const constant = unique(equal.filter(({ other }) => !other).map(({ key }) => key));
  const others = new Set(equal.flatMap(({ other }) => other ?? []));
  const joined = [...others].flatMap((other) => {
    const keys = unique(equal.filter((each) => each.other === other).map(({ key }) => key));
    return constant.length > 0 ? [unique([...keys, ...constant]), keys] : [keys];
  });
  return [constant, ...joined];
}

function unique(keys: readonly Key[]): Key[] {
  return [...new Map(keys.map((key) => [JSON.stringify(key), key])).values()];
}

/** What tells most apart first; and what others ask for too, so that one index serves both. */
function orderings(
  { relation }: Access,
  keys: readonly Key[],
  figures: Figures,
): (readonly Key[])[] {
  const distinct = (key: Key) => figures.distinct(relation, key);
  const bySelectivity = keys.toSorted((one, other) => distinct(other) - distinct(one));
  const few = bySelectivity.slice(0, MOST_EQUAL);
  const popularity = (key: Key) => figures.popularity(relation, key);
  const byOthers = few.toSorted((one, other) => popularity(other) - popularity(one));
  const isSame = few.every((key, i) => key === byOthers[i]);
  return isSame ? [few] : [few, byOthers];
}

interface Tail {
  readonly keys: readonly CandidateKey[];
  readonly isOrdered: boolean;
}

function tailsOf(access: Access, conditions: readonly Condition[], figures: Figures): Tail[] {
  const ranges = conditions.flatMap((each): CandidateKey[] => {
    if (each.kind === "range") return [each.key];
    return each.kind === "prefix" ? [patternKey(access, each.key, figures)] : [];
  });
  return [
    { keys: [], isOrdered: false },
    ...ranges.map((key) => ({ keys: [key], isOrdered: false })),
    ...access.orders.map((order) => ({ keys: orderKeys(order), isOrdered: true })),
  ];
}

/** An index is read from either end, so that only what differs in direction has to be said. */
function orderKeys(order: readonly OrderKey[]): CandidateKey[] {
  const isTurned = order.every(({ isDescending, nulls }) => isDescending && !nulls);
  return order.map(({ key, isDescending, nulls }) => ({
    ...key,
    ...(isDescending && !isTurned && { order: "desc" as const }),
    ...(nulls && { nulls }),
  }));
}

function btree({ relation }: Access, equal: readonly Key[], tail: Tail): Candidate {
  const isNew = (key: CandidateKey) => !equal.some((each) => isSameKey(each, key));
  const rest = tail.keys.filter(isNew);
  return {
    ...{ relation, method: "btree", include: [] },
    keys: [...equal, ...rest],
    isOrdered: tail.isOrdered && rest.length > 0,
  };
}

const isSameKey = (one: Key, other: Key) =>
  one.column === other.column && one.expression === other.expression;

function shorter(candidate: Candidate): Candidate[] {
  return candidate.keys
    .slice(1)
    .map((_, i) => ({ ...candidate, keys: candidate.keys.slice(0, i + 1), isOrdered: false }));
}
