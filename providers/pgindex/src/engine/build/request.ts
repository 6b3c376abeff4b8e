import type { LiveIndex } from "../catalog/liveIndex";
import type { Claim } from "../compare/ownership";
import type { DesiredIndex } from "../declare/desiredIndex";
import type { CanonicalIndex } from "../declare/indexFields";
import type { Foreseen } from "../foresight/foreseen";
import type { Context } from "../operation/context";
import type { Database } from "../session/database";
import type { DatabaseIdentity } from "../session/databaseIdentity";
import type { PreviousIndex } from "../situation/scope";
import type { Adoptable } from "./adoption/adoptable";
import type { Executed, Hooks } from "./execute";

/** A request to create or update an index. */
export interface Request {
  readonly database: Database;
  readonly desired: DesiredIndex;
  /** The resource's previous index, from its state; undefined on create. */
  readonly previous?: PreviousIndex;
  /** Who wants the index; without a claim no mark is written. */
  readonly claim?: Claim;
  /** What the user has been shown; undefined if the first look of the run is the only one. */
  readonly foreseen?: Foreseen;
  /** The index that this run's look has seen, if it is to be adopted. */
  readonly adoptable?: Adoptable;
  /** The size of the table, as far as it was looked at before. */
  readonly tableBytes?: number;
  readonly ctx: Context;
  readonly hooks?: Hooks;
}

/** The index after {@link ensureIndex}, and what was done. */
export interface Ensured extends Executed {
  readonly live: LiveIndex;
  /** The declaration's canonical form; undefined if the server could not provide it. */
  readonly declared?: CanonicalIndex;
  /** True if a valid index with this definition already existed and nothing was built. */
  readonly adopted: boolean;
  /** Server time when the index was seen valid, ISO 8601. */
  readonly verifiedAt: string;
  readonly database: DatabaseIdentity;
}
