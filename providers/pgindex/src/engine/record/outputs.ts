import type { Ensured } from "../build/request";
import type { LiveIndex } from "../catalog/liveIndex";
import { managedPart } from "../compare/differences";
import type { RecordedForm } from "../compare/recordedForm";
import type { DesiredIndex } from "../declare/desiredIndex";
import { fieldsWith } from "../declare/indexFields";
import type { IndexOrigin } from "../declare/ownershipMark";
import type { PatienceOptions } from "../declare/patienceOptions";
import { declaredStatement } from "../declare/statement";
import type { QueryPlan } from "../explain/queryPlan";
import type { HazardPolicy } from "../hazards/rules";
import { type Measured, plansOf, type QueryMeasurement } from "../measure/measure";
import type { DatabaseIdentity } from "../session/databaseIdentity";
import { bloatOf, bytesPerRowOf } from "./bloat";

/** Version of the outputs' layout. Newer releases read every older version. */
export const SCHEMA_VERSION = 1;

/** The outputs of an `Index` in Pulumi's state: plain JSON, small, without secrets. */
export interface IndexOutputs {
  readonly schemaVersion: number;
  readonly name: string;
  readonly schema: string;
  readonly table: string;
  /** `pg_get_indexdef` of the live index. */
  readonly definition: string;
  /** The index's OID, which REINDEX CONCURRENTLY changes. */
  readonly oid: number;
  readonly valid: boolean;
  readonly sizeBytes: number;
  /** End of the build by the server's clock, ISO 8601; null if the index was adopted. */
  readonly builtAt: string | null;
  /** Duration of CREATE INDEX CONCURRENTLY in seconds, including waits; null if adopted. */
  readonly buildSeconds: number | null;
  /**
   * Seconds spent in each build phase, in the order of PostgreSQL's documentation, sampled twice a
   * second; null if not observed. Missing in outputs from older releases.
   */
  readonly phaseSeconds?: readonly number[] | null;
  readonly adopted: boolean;
  /** When this stack first saw the index valid, by the server's clock, ISO 8601. */
  readonly validSince: string;
  /** The statement that creates the index. */
  readonly statement: string;
  /** Measurements of the served queries from just before the build. */
  readonly before: readonly QueryMeasurement[];
  /** Their plans from just before the build. Missing in outputs from older releases. */
  readonly plansBefore?: readonly QueryPlan[];
  /** The drift that a refresh found; null if there is none. */
  readonly drift: string | null;
  /** The value of `rebuildWhen.trigger` that the index was built for. */
  readonly rebuildTrigger: string | null;
  /** Index bytes per table row right after the build; null if the row count is unknown. */
  readonly bytesPerRow: number | null;
  /** Ratio of bytes per row to those right after the build; null if unknown. */
  readonly bloatRatio: number | null;
  /** The database that the index is in. Missing in outputs from older releases. */
  readonly database?: DatabaseIdentity;
  /** The ID in the index's mark; null without marks. Missing in outputs from older releases. */
  readonly ownerId?: string | null;
  /** The OID of the index that was marked; null without marks. */
  readonly markedOid?: number | null;
  /** Whether a stack of ours built the index or found it. Missing in outputs from older releases. */
  readonly origin?: IndexOrigin;
  /** As declared; null if not. */
  readonly dropOnDestroy?: boolean | null;
  /** What the resource decided of hazards, which a destroy uses; absent where nothing. */
  readonly hazards?: HazardPolicy | null;
  /** The declared patience, which a destroy uses. */
  readonly patience?: PatienceOptions | null;
  /** The canonical form that refresh and destroy compare the live index with. */
  readonly canonical: RecordedForm;
  /** Where the arguments were secret; absent where none was. */
  readonly __secret?: readonly string[];
}

/**
 * Builds the outputs after a create or an update. `previous` provides what must survive when we
 * adopt our own index.
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
    database: ensured.database,
    ownerId: live.mark?.id ?? null,
    markedOid: live.mark ? live.oid : null,
    origin: live.mark?.origin ?? kept?.origin ?? originOf(adopted, kept),
    dropOnDestroy: desired.policy.dropOnDestroy ?? null,
    patience: desired.policy.patience ?? null,
    ...(desired.policy.hazards && { hazards: desired.policy.hazards }),
    canonical: managedPart(live.canonical, ensured.declared ?? {}),
  };
}

/** Without a mark, only the state knows who built an index. */
function originOf(adopted: boolean, kept: IndexOutputs | undefined): IndexOrigin {
  return (kept?.adopted ?? adopted) ? "adopted" : "built";
}

/**
 * Whether the live index is the recorded one. The OID alone does not tell: a refresh records the
 * OID of whatever index has the name, while the canonical form remains that of our build.
 */
function isTheOneKnown(live: LiveIndex, { oid, canonical }: IndexOutputs): boolean {
  const isSameForm = fieldsWith("change", "replace").every(
    (field) => canonical[field] === live.canonical[field],
  );
  return oid === live.oid && isSameForm;
}

/** The outputs that a refresh updates from the catalog. */
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
