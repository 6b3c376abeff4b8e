import type { LiveIndex } from "../catalog/liveIndex";
import type { DesiredIndex } from "../declare/desiredIndex";
import type { CanonicalIndex } from "../declare/indexFields";
import type { Context } from "../operation/context";
import type { Database } from "../session/database";
import type { PreviousIndex } from "../situation/scope";
import type { Executed, Hooks } from "./execute";

/** What a change is asked for. */
export interface Request {
  readonly target: Database;
  readonly desired: DesiredIndex;
  /** What the resource's state says of its index so far; undefined on create. */
  readonly previous?: PreviousIndex;
  readonly ctx: Context;
  readonly hooks?: Hooks;
}

/** The index as it stands after {@link ensureIndex}, and what was done for it. */
export interface Ensured extends Executed {
  readonly live: LiveIndex;
  /** The declaration in the server's own form; undefined where it could not be asked. */
  readonly declared?: CanonicalIndex;
  /** True when a valid index of this definition stood already and nothing was built. */
  readonly adopted: boolean;
  /** Server time at which it was seen valid, ISO 8601. */
  readonly verifiedAt: string;
}
