import type { Ensured } from "../build/request";
import type { LiveIndex } from "../catalog/liveIndex";
import { managedPart } from "../compare/differences";
import type { RecordedForm } from "../compare/recordedForm";
import type { DesiredIndex } from "../declare/desiredIndex";
import { fieldsWith } from "../declare/indexFields";
import type { PatienceOptions } from "../declare/patienceOptions";
import { declaredStatement } from "../declare/statement";
import { type Measured, plansOf, type QueryMeasurement } from "../measure/measure";
import type { QueryPlan } from "../measure/queryPlan";
import { bloatOf, bytesPerRowOf } from "./bloat";

/** The layout of the outputs. A newer release reads every older one. */
export const SCHEMA_VERSION = 1;

/** What an `Index` leaves in Pulumi's state: plain JSON, no secret, small. */
export interface IndexOutputs {
  readonly schemaVersion: number;
  readonly name: string;
  readonly schema: string;
  readonly table: string;
  /** `pg_get_indexdef` of the live index. */
  readonly definition: string;
  /** OID of the index; REINDEX CONCURRENTLY changes it. */
  readonly oid: number;
  readonly valid: boolean;
  readonly sizeBytes: number;
  /** End of the build by the server's clock, ISO 8601; null when the index was adopted. */
  readonly builtAt: string | null;
  /** Seconds that CREATE INDEX CONCURRENTLY took, waits included; null when adopted. */
  readonly buildSeconds: number | null;
  /**
   * What of it each phase took, in seconds, in the order of PostgreSQL's documentation, as looked
   * at twice a second; null when nobody saw it. Outputs of older releases do not have it.
   */
  readonly phaseSeconds?: readonly number[] | null;
  readonly adopted: boolean;
  /** Since when this stack knows the index to be valid, by the server's clock, ISO 8601. */
  readonly validSince: string;
  /** The statement that makes the index. */
  readonly statement: string;
  /** What the served queries took just before the build. */
  readonly before: readonly QueryMeasurement[];
  /** Their plans then. Outputs of older releases do not have it. */
  readonly plansBefore?: readonly QueryPlan[];
  /** What a refresh found to be wrong; null when nothing is. */
  readonly drift: string | null;
  /** The value of `rebuildWhen.trigger` that the index was built for. */
  readonly rebuildTrigger: string | null;
  /**
   * Bytes of the index for each row of its table right after the build; null where the rows are not
   * known.
   */
  readonly bytesPerRow: number | null;
  /** How many times more bytes a row than right after the build; null where it is not known. */
  readonly bloatRatio: number | null;
  /** How long a destroy waits, where it was declared. */
  readonly patience?: PatienceOptions | null;
  /** The structural form that refresh and destroy compare with. */
  readonly canonical: RecordedForm;
  readonly __urn?: string;
}

/**
 * Outputs after a create or an update. `previous` keeps what an adoption of our own index must not
 * forget.
 */
export function toIndexOutputs(
  ensured: Ensured,
  desired: DesiredIndex,
  before: readonly Measured[],
  previous?: IndexOutputs,
): IndexOutputs {
  const { live, adopted, builtAt, buildSeconds, phaseSeconds, verifiedAt } = ensured;
  const kept = adopted && previous && isTheOneKnown(live, previous) ? previous : undefined;
  const bytesPerRow = kept?.bytesPerRow ?? bytesPerRowOf(live);
  return {
    schemaVersion: SCHEMA_VERSION,
    ...liveOutputs(live),
    builtAt: builtAt ?? kept?.builtAt ?? null,
    buildSeconds: buildSeconds ?? kept?.buildSeconds ?? null,
    phaseSeconds: phaseSeconds ?? (builtAt ? null : (kept?.phaseSeconds ?? null)),
    adopted: kept?.adopted ?? adopted,
    validSince: kept?.validSince ?? builtAt ?? verifiedAt,
    statement: declaredStatement(desired),
    before: builtAt ? before.map(({ measurement }) => measurement) : (kept?.before ?? []),
    plansBefore: builtAt ? plansOf(before) : (kept?.plansBefore ?? []),
    drift: null,
    rebuildTrigger: desired.policy.rebuildWhen?.trigger ?? null,
    bytesPerRow,
    bloatRatio: bloatOf(live, bytesPerRow),
    patience: desired.policy.patience ?? null,
    canonical: managedPart(live.canonical, ensured.declared ?? {}),
  };
}

/**
 * A refresh takes over the OID of what it finds, also of an index that somebody else has built
 * under the name; the form stays that of ours.
 */
function isTheOneKnown(live: LiveIndex, { oid, canonical }: IndexOutputs): boolean {
  const isSameForm = fieldsWith("change", "replace").every(
    (field) => canonical[field] === live.canonical[field],
  );
  return oid === live.oid && isSameForm;
}

/** What a refresh may change in the outputs: what the catalog says now. */
export function liveOutputs(
  live: LiveIndex,
): Pick<IndexOutputs, "name" | "schema" | "table" | "definition" | "oid" | "valid" | "sizeBytes"> {
  const { name, schema, table, definition, oid, sizeBytes } = live;
  return {
    name,
    schema,
    table,
    definition,
    oid,
    sizeBytes,
    valid: live.valid && live.ready && live.live,
  };
}
