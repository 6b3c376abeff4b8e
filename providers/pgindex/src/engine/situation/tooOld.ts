import type { DesiredIndex } from "../declare/desiredIndex";
import type { Advice } from "../errors/advice";
import { tooOldAdvice } from "./declarationMessages";

interface Clause {
  readonly clause: string;
  /** The first major version that has it. */
  readonly since: number;
  readonly isUsed: (desired: DesiredIndex) => boolean;
}

/** From the release notes: https://www.postgresql.org/docs/release/ */
const CLAUSES: readonly Clause[] = [
  { clause: "nullsNotDistinct", since: 15, isUsed: (d) => d.nullsNotDistinct },
  {
    clause: "operatorClassParameters",
    since: 13,
    isUsed: (d) => d.keys.some((key) => Object.keys(key.operatorClassParameters).length > 0),
  },
  {
    clause: "include with spgist",
    since: 14,
    isUsed: (d) => d.accessMethod === "spgist" && d.include.length > 0,
  },
  {
    clause: "storageParameters.deduplicate_items",
    since: 13,
    isUsed: (d) => "deduplicate_items" in d.storageParameters,
  },
];

/** The first clause of a declaration that the server is too old for. */
export function tooOld(desired: DesiredIndex, serverVersion: number): Advice | undefined {
  const major = Math.floor(serverVersion / 10000);
  const found = CLAUSES.find(({ since, isUsed }) => major < since && isUsed(desired));
  return found && tooOldAdvice(desired, found.clause, found.since, serverVersion);
}
