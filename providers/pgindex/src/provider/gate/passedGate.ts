import { PgIndexError } from "../../engine/errors/advice";
import { UNKNOWN } from "../../engine/input/unknownValues";
import type { StatementProof } from "../../engine/promote/gate";
import {
  type DatabaseIdentity,
  isSameDatabase,
  readDatabaseIdentity,
} from "../../engine/session/databaseIdentity";
import { withObserver } from "../../engine/session/workspace";
import type { CheckFailure } from "../contract";
import { toFailure } from "../inputs";
import type { Runtime } from "../runtime";
import { notPassedAdvice, ownProofAdvice } from "./gateMessages";

/** What an `Index` gets of one of its gates: its outputs, as far as they are known. */
interface GateOutputs {
  readonly statements?: readonly string[] | string;
  readonly proofs?: readonly StatementProof[] | string;
}

/** The index that a gate must have let pass. */
export interface Gated {
  readonly schema: string;
  readonly name: string;
  readonly statement: string;
}

/** The look of the whole run has failed: this one succeeds, or says why it does not. */
function readHere(runtime: Runtime, { name }: Gated): Promise<DatabaseIdentity> {
  const options = { purpose: `check the gate of ${name}`, writable: false };
  return withObserver(runtime.database(), options, readDatabaseIdentity);
}

/**
 * Refuses an index whose gates have not let its very definition pass, or whose proof is of the
 * index's own database. Nothing is known in the preview that creates the gate, which then judges.
 */
export async function gateFailures(
  runtime: Runtime,
  gates: unknown,
  index: Gated,
): Promise<CheckFailure[]> {
  if (!Array.isArray(gates)) return [];
  const known = (gates as readonly GateOutputs[]).filter(
    (gate) => typeof gate === "object" && gate !== null && gate.statements !== UNKNOWN,
  );
  const hasPassed = ({ statements }: GateOutputs) =>
    Array.isArray(statements) && statements.includes(index.statement);
  if (!known.every(hasPassed)) return [toFailure(new PgIndexError(notPassedAdvice(index)))];
  const proofs = known.flatMap(({ proofs: all }) => (Array.isArray(all) ? all : []));
  const ofThis = proofs.filter(({ statement }) => statement === index.statement);
  if (ofThis.length === 0) return [];
  try {
    const here = (await runtime.inventory())?.database ?? (await readHere(runtime, index));
    const isOwn = ofThis.some(({ database }) => isSameDatabase(database, here));
    return isOwn ? [toFailure(new PgIndexError(ownProofAdvice(index, here)))] : [];
  } catch (error) {
    return [toFailure(error)];
  }
}
