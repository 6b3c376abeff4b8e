import { renderDifferences } from "../compare/differences";
import { differencesSince } from "../compare/recordedForm";
import { type DatabaseIdentity, databaseLabel, isSameDatabase } from "../session/databaseIdentity";
import { type Condition, type Evidence, met, type Requirement, unmet } from "./evidence";

const AGAIN = "run pulumi up there without --target, then pulumi refresh --run-program";

/**
 * Whether the evidence is one proof: statement, queries and scans of one index, in one database, at
 * one time. Pure.
 */
export function oneProof(
  requirement: Requirement,
  evidence: Evidence,
  here: DatabaseIdentity | undefined,
): Condition[] {
  const { recorded, found, verifiedAt } = evidence;
  if (!recorded || !found || !verifiedAt) return [unmet("evidence", unsaid(evidence))];
  const whole = { ...evidence, recorded, found, verifiedAt };
  return [
    ...contradictions(requirement, whole).map((text) =>
      unmet("evidence", `the evidence contradicts itself: ${text}; ${AGAIN}`),
    ),
    ...databaseCondition(found.database, here),
    definitionCondition(whole),
  ];
}

/** Evidence that says what was recorded, what was measured, and when. */
type WholeEvidence = Evidence & {
  readonly [K in "recorded" | "found" | "verifiedAt"]: NonNullable<Evidence[K]>;
};

function unsaid({ found }: Evidence): string {
  const what = found ? "what the index's resource recorded" : "which index was measured";
  return (
    `the evidence does not say ${what}, as that of an older release: with this release, run ` +
    "pulumi up and pulumi refresh --run-program there, and export promotionEvidence([…])"
  );
}

function contradictions(
  { schema, name }: Requirement,
  { recorded, found, validSince, verifiedAt }: WholeEvidence,
): string[] {
  const { database } = recorded;
  const texts = [
    found.index !== `${schema}.${name}` && `its queries and scans are of ${found.index}`,
    found.oid !== recorded.oid &&
      `the statement is of the index with OID ${recorded.oid}, the queries and scans are of ` +
        `that with OID ${found.oid}`,
    database &&
      !isSameDatabase(database, found.database) &&
      `the index is in ${databaseLabel(database)}, the queries and scans are of ` +
        databaseLabel(found.database),
    !(Date.parse(verifiedAt) >= Date.parse(validSince)) &&
      `it was measured at ${verifiedAt}, before it was valid at ${validSince}`,
  ];
  return texts.filter((text) => typeof text === "string");
}

function databaseCondition(there: DatabaseIdentity, here: DatabaseIdentity | undefined) {
  if (!here || !isSameDatabase(there, here)) return [];
  const text =
    `the evidence is of this stack's own database, ${databaseLabel(here)}: correct databaseUrl ` +
    "here, or stack; a physical copy (a base backup, a restored snapshot) cannot be told apart";
  return [unmet("database", text)];
}

/** Compares the live index, not the statement that was declared for it. */
function definitionCondition({ recorded, found, statement }: WholeEvidence): Condition {
  if (recorded.drift)
    return unmet("definition", `the index there is ${recorded.drift}: run pulumi up there`);
  const differences = differencesSince(recorded.canonical, found.canonical);
  if (differences.length === 0) return met("definition", "it has the same definition there");
  return unmet(
    "definition",
    `the index there is no longer as ${statement} made it (${renderDifferences(differences)}): ` +
      "run pulumi up there",
  );
}
