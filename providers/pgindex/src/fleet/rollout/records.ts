import type { IndexOutputs } from "../../engine/record/outputs";
import type { Query } from "../../engine/session/query";
import type { VerificationReport } from "../../engine/verify/verification";

/** What the fleet knows of one index of one target: what Pulumi's state has of a resource. */
export interface Record {
  /** `schema.name` */
  readonly index: string;
  readonly outputs: IndexOutputs;
  /** The queries that it serves, as written. */
  readonly serves: readonly unknown[];
  /** The last verification, for a gate. */
  readonly proof: VerificationReport | null;
}

/** The records of a fleet. */
export interface Records {
  of(target: string, index: { readonly schema: string; readonly name: string }): Record | undefined;
  ofTarget(target: string): readonly Record[];
}

export const NO_RECORDS: Records = { of: () => undefined, ofTarget: () => [] };

type Row = Record & { readonly target: string };

/** All records of a fleet at once. */
export async function readRecords(query: Query, fleet: string): Promise<Records> {
  const rows = await query<Row>(
    `SELECT target, index, outputs, serves, proof FROM pgindex_fleet.record WHERE fleet = $1
      ORDER BY target, index`,
    [fleet],
  );
  const byTarget = Map.groupBy(rows, ({ target }) => target);
  const ofTarget = (target: string) => byTarget.get(target) ?? [];
  return {
    ofTarget,
    of: (target, index) => ofTarget(target).find((each) => each.index === indexKey(index)),
  };
}

/** The records of one target. */
export function recordsOfTarget(query: Query, fleet: string, target: string): Promise<Record[]> {
  return query<Record>(
    `SELECT index, outputs, serves, proof FROM pgindex_fleet.record
      WHERE fleet = $1 AND target = $2 ORDER BY index`,
    [fleet, target],
  );
}

export async function saveRecord(
  query: Query,
  of: { readonly fleet: string; readonly target: string; readonly serves: readonly unknown[] },
  outputs: IndexOutputs,
): Promise<void> {
  await query(
    `INSERT INTO pgindex_fleet.record (fleet, target, index, outputs, serves)
     VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (fleet, target, index)
     DO UPDATE SET outputs = excluded.outputs, serves = excluded.serves`,
    [of.fleet, of.target, indexKey(outputs), JSON.stringify(outputs), JSON.stringify(of.serves)],
  );
}

/** Forgets the target's records of other indexes. */
export async function keepRecords(
  query: Query,
  of: { readonly fleet: string; readonly target: string },
  kept: readonly string[],
): Promise<void> {
  await query(
    `DELETE FROM pgindex_fleet.record
      WHERE fleet = $1 AND target = $2 AND NOT index = ANY ($3::text[])`,
    [of.fleet, of.target, kept],
  );
}

export async function saveProof(
  query: Query,
  of: { readonly fleet: string; readonly target: string; readonly index: string },
  proof: VerificationReport,
): Promise<void> {
  await query(
    "UPDATE pgindex_fleet.record SET proof = $4 WHERE fleet = $1 AND target = $2 AND index = $3",
    [of.fleet, of.target, of.index, JSON.stringify(proof)],
  );
}

export async function forgetRecord(
  query: Query,
  of: { readonly fleet: string; readonly target: string; readonly index: string },
): Promise<void> {
  await query("DELETE FROM pgindex_fleet.record WHERE fleet = $1 AND target = $2 AND index = $3", [
    of.fleet,
    of.target,
    of.index,
  ]);
}

export function indexKey({ schema, name }: { readonly schema: string; readonly name: string }) {
  return `${schema}.${name}`;
}
