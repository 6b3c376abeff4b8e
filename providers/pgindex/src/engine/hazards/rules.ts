import type { HazardCode } from "./hazardKinds";
import type { Action, HazardOption } from "./kinds/hazardKind";

/** What a program decides of one kind of hazard. */
export interface HazardRule {
  readonly action: Action;
  readonly reason?: string;
  /** `YYYY-MM-DD`, UTC: the last day on which it holds. */
  readonly expires?: string;
}

/** By the hazards' codes. */
export type HazardPolicy = Readonly<Partial<Record<HazardCode, HazardRule>>>;

/** Everything that decides what is made of a hazard. */
export interface Policies {
  readonly resource?: HazardPolicy;
  /** Of the Connection, else of the stack. */
  readonly connection?: HazardPolicy;
  readonly isProduction: boolean;
  /** The Connection's settings, by which it allows what is refused. */
  readonly options?: Readonly<Partial<Record<HazardOption, unknown>>>;
}

/** Who has decided on a hazard. */
export type Decider = "resource" | "connection" | "production" | "default";
