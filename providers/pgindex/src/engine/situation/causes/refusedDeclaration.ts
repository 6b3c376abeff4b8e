import type { IndexDefinition } from "../../declare/desiredIndex";
import { isWithinFunction, routineOf, sqlState } from "../../errors/sqlstate";
import type { Session } from "../../session/session";
import { fittingOperatorClass } from "../near/keyTypes";
import { nearParameter, unableMethod } from "../near/methods";
import { nearColumns } from "../near/nearColumns";
import { unqualifiedBody, unseenName } from "../near/nearFunctions";
import { nearAccessMethod, nearCollation, nearOperatorClass } from "../near/nearObjects";
import type { Cause } from "./cause";
import { declarationCause } from "./declarationRowsMessages";
import { smallGraph, unfitVector } from "./vectorKeys";
import { changingFunction } from "./volatility";

type Probe = (observer: Session, index: IndexDefinition) => Promise<Cause | undefined>;

/** What to ask the catalog, by SQLSTATE and the routine that reports it. */
interface ProbeRow {
  readonly state: string;
  readonly routine?: string;
  readonly probes: readonly Probe[];
}

const PROBES: readonly ProbeRow[] = [
  { state: "42703", probes: [nearColumns] },
  {
    state: "42704",
    routine: "ResolveOpClass",
    probes: [nearOperatorClass, fittingOperatorClass],
  },
  { state: "42704", routine: "get_collation_oid", probes: [nearCollation] },
  { state: "42704", routine: "DefineIndex", probes: [nearAccessMethod] },
  // Also where a later server reports one of those by another routine.
  {
    state: "42704",
    probes: [nearAccessMethod, nearCollation, nearOperatorClass, unseenName],
  },
  { state: "42804", routine: "ResolveOpClass", probes: [fittingOperatorClass] },
  { state: "42883", probes: [unseenName] },
  { state: "42P17", probes: [changingFunction] },
  { state: "22023", routine: "InitBuildState", probes: [smallGraph, unfitVector] },
  { state: "22023", probes: [nearParameter] },
  { state: "54000", probes: [unfitVector] },
  // Older releases of pgvector, and vectorscale.
  { state: "XX000", probes: [unfitVector] },
  { state: "0A000", probes: [unableMethod] },
];

/** Names that a function's own body does not find. */
const IN_BODIES: readonly (string | undefined)[] = ["42703", "42704", "42883", "42P01", "3F000"];

/** Why the server refused a declaration, from the catalog or else from the table of errors. */
export async function causeOfRefusal(
  observer: Session,
  index: IndexDefinition,
  error: unknown,
): Promise<Cause | undefined> {
  for (const probe of probesFor(error)) {
    // What we would like to know more of must not hide what the server said.
    const cause = await probe(observer, index).catch(() => undefined);
    if (cause) return cause;
  }
  return declarationCause(error);
}

function probesFor(error: unknown): readonly Probe[] {
  const state = sqlState(error);
  if (isWithinFunction(error) && IN_BODIES.includes(state)) return [unqualifiedBody];
  const rows = PROBES.filter((row) => row.state === state);
  const routine = routineOf(error);
  const row =
    rows.find((it) => it.routine === routine) ?? rows.find((it) => it.routine === undefined);
  return row?.probes ?? [];
}
