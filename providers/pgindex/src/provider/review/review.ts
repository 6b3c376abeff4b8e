import { errorText, type PgIndexError } from "../../engine/errors/advice";
import { Foreseen } from "../../engine/foresight/foreseen";
import { LOOKS_VARIABLE } from "../../review/lookFolder";
import { type ReviewSettings, reviewSettings } from "../settings/reviewSettings";
import { openReviewedPlan, type ReviewedPlan } from "./reviewedPlan";

/** The plan that this run is held to, if there is one. */
export class Review {
  private asked: ReviewSettings | undefined | null = null;
  private opened: ReviewedPlan | undefined;
  private readonly stops = new Map<string, PgIndexError>();
  /** A change of this process is in the way of the next one, which no reviewer was to be shown. */
  hasBegun = false;
  private isMissingSaid = false;

  private readonly get: (key: string) => string | undefined;

  constructor(get: (key: string) => string | undefined) {
    this.get = get;
  }

  /** Undefined where nobody asks for one, or a plan is just being made. */
  get settings(): ReviewSettings | undefined {
    if (this.asked === null)
      this.asked = process.env[LOOKS_VARIABLE] ? undefined : reviewSettings(this.get, process.env);
    return this.asked;
  }

  /** Whether there is one, so that every look has to see all that the plan shows. */
  get isAsked(): boolean {
    return this.settings !== undefined;
  }

  /**
   * What the plan has of the resource. Throws {@link PgIndexError} for a file that is no plan, or one
   * of another stack or release.
   */
  planFor(urn: string): ReviewedPlan | undefined {
    if (!this.settings) return undefined;
    this.opened ??= openReviewedPlan(this.settings.file, urn);
    return this.opened;
  }

  /** What the change itself is held to where no look of the run says so. */
  foreseen(urn: string | undefined): Foreseen | undefined {
    const held = urn === undefined ? undefined : this.planFor(urn)?.index(urn)?.heldTo;
    return held && new Foreseen(held.isSiblings, held.steps);
  }

  /** Says once that there is no plan yet, which is no reason to refuse a preview. */
  sayMissing(warn: (text: string) => void, error: unknown): void {
    if (this.isMissingSaid) return;
    this.isMissingSaid = true;
    warn(errorText(error));
  }

  /**
   * Whether the change may begin, for a look whose call cannot refuse it. The last look counts: an
   * `up --refresh` compares with the old arguments first.
   */
  settle(urn: string, stop: PgIndexError | undefined): void {
    if (stop) this.stops.set(urn, stop);
    else this.stops.delete(urn);
  }

  /** Throws why it may not. Called right before the change. */
  begin(urn: string | undefined): void {
    const stopped = this.stops.get(urn ?? "");
    if (stopped) throw stopped;
    this.hasBegun = true;
  }
}
