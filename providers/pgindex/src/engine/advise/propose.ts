import { defaultIndexName } from "../declare/defaultName";
import { displayName } from "../text/render";
import type { Advised, Evidence, NotWorth, Proposal, Served } from "./advised";
import { argsOf, type Candidate } from "./candidates/candidate";
import type { Built } from "./candidateTwin";
import type { Choice } from "./choice/choose";
import { gainOf, totalOf } from "./choice/weigh";
import { evidenceOf, type Planned, toEvidence } from "./evidence";
import { servedQuery } from "./servedQuery";
import type { Survey } from "./survey";

interface Given {
  readonly choice: Choice;
  readonly planned: readonly Planned[];
  readonly surveyed: Survey;
  readonly price: (built: Built) => number;
}

/** Tells what was chosen as people and programs want it, with the evidence. */
export async function propose(given: Given): Promise<Pick<Advised, "proposals" | "notWorth">> {
  const { choice, planned, surveyed } = given;
  const statements = planned.map((each) => each.weighed);
  const total = Math.max(1, await totalOf(statements, []));
  const names = namesOf(choice.chosen, surveyed.taken);
  const proposals: Proposal[] = [];
  for (const built of choice.chosen)
    proposals.push(await proposalOf(built, given, { names, total }));
  const notWorth = choice.rejected.map(({ built, gain, price }): NotWorth => {
    const { schema, name: table } = built.candidate.relation;
    const columns = built.candidate.keys.map(
      ({ column, expression }) => column ?? expression ?? "",
    );
    return { schema, table, columns, gain: gain / total, price: price / total };
  });
  return { proposals: proposals.toSorted((one, other) => other.gain - one.gain), notWorth };
}

interface Context {
  readonly names: ReadonlyMap<Built, string>;
  /** What the whole workload costs today. */
  readonly total: number;
}

async function proposalOf(
  built: Built,
  { choice: { chosen }, planned, surveyed: { production }, price }: Given,
  { names, total }: Context,
): Promise<Proposal> {
  const name = names.get(built) ?? "";
  const with_ = { planned, chosen, names, production };
  const users = await evidenceOf(built, with_);
  const queries: Evidence[] = [];
  for (const each of users) queries.push(await toEvidence(built, each, with_));
  const dearest = users.toSorted((one, other) => other.statement.calls - one.statement.calls);
  const serves = dearest
    .map(({ statement }) => servedQuery(statement))
    .filter((each): each is Served => each !== undefined);
  const statements = planned.map((each) => each.weighed);
  const others = chosen.filter((each) => each !== built);
  const { total: gained } = await gainOf(statements, others, [built]);
  const { schema, name: table } = built.candidate.relation;
  return {
    ...{ schema, table, name },
    declaration: {
      ...argsOf(built.candidate, name),
      ...(serves.length > 0 && { serves: serves.slice(0, MOST_SERVED) }),
    },
    sizeBytes: built.bytes,
    gain: gained / total,
    price: price(built) / total,
    redundant: built.redundant.map(displayName),
    queries,
  };
}

/** A verification measures each of them. */
const MOST_SERVED = 5;

/** As PostgreSQL would call them. */
function namesOf(chosen: readonly Built[], taken: ReadonlySet<string>): ReadonlyMap<Built, string> {
  const used = new Set(taken);
  const names = new Map<Built, string>();
  for (const built of chosen) {
    const { schema, name: table } = built.candidate.relation;
    const isTaken = (name: string) => used.has(`${schema}.${name}`);
    const name = defaultIndexName(table, partsOf(built.candidate), isTaken);
    used.add(`${schema}.${name}`);
    names.set(built, name);
  }
  return names;
}

function partsOf({ keys, include }: Candidate): string[] {
  const parts = keys.map(
    ({ column, expression = "" }) => column ?? /^(\w+)\(/.exec(expression)?.[1] ?? "expr",
  );
  return [...new Set([...parts, ...include])];
}
