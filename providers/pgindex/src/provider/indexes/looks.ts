import type { Preview } from "../../engine/build/preview";
import { errorText, PgIndexError } from "../../engine/errors/advice";
import { Foreseen } from "../../engine/foresight/foreseen";
import { HAZARD_KINDS } from "../../engine/hazards/hazardKinds";
import { DeniedError } from "../../engine/hazards/policy";
import { hazardLine } from "../../engine/hazards/policyMessages";
import type { Foretold } from "../../engine/twin/foretell";
import { isAnswer } from "../review/answers";

/** Why there is no look: the change is refused, or nobody could look. */
export interface FailedLook {
  readonly outcome: "refused" | "couldNotLook";
  readonly reason: string;
  /** Of the hazard that is refused. */
  readonly code?: string;
}

type Look = Pick<Preview, "lines" | "foreseen"> & Partial<Preview>;

/**
 * After each of so many builds all is read anew for those that still come. Measured among 3,000
 * indexes that are adopted: with one build half the time, with 30 it would be half as long again.
 */
const OFTEN = 3;

/** What the last look at an index came to. */
interface Known {
  /** Absent where it has ended in an error: the first look of the change itself counts then. */
  readonly look?: Look;
  readonly failure?: FailedLook;
  /** The answer, where it is a refusal. */
  readonly refusal?: PgIndexError;
}

/**
 * What the looks of this run at each index have shown: its create or update does no more. Pulumi
 * looks in check and diff, right before the change, and in another process for the preview.
 */
export class Looks {
  /** Only check is told that the command is a preview. */
  private readonly previewed = new Set<string | undefined>();
  private readonly byUrn = new Map<string | undefined, Known>();
  private readonly said = new Set<string>();
  private builds = 0;
  private readonly foretoldOf = new Map<string | undefined, Foretold>();

  /** The program's preview has come to the index: a refresh, which calls diff too, has not. */
  beginPreview(urn: string | undefined): void {
    if (urn !== undefined) this.previewed.add(urn);
  }

  isPreview(urn: string | undefined): boolean {
    return this.previewed.has(urn);
  }

  note(urn: string | undefined, look: Look): void {
    this.set(urn, { look });
  }

  /** What the look has said of its queries' plans. */
  noteForetold(urn: string | undefined, foretold: Foretold): void {
    if (urn !== undefined) this.foretoldOf.set(urn, foretold);
  }

  /** The look has ended in an error. */
  fail(urn: string | undefined, error: unknown): void {
    const refusal = isAnswer(error) ? error : undefined;
    const outcome = refusal ? "refused" : "couldNotLook";
    const code = error instanceof PgIndexError ? error.advice.code : undefined;
    const failure = { outcome, reason: errorText(error), ...(code && { code }) } as const;
    this.set(urn, { failure, refusal });
  }

  /** Nobody can look yet, for these reasons. */
  postpone(urn: string | undefined, lines: readonly string[]): void {
    this.set(urn, { failure: { outcome: "couldNotLook", reason: lines.join("; ") } });
  }

  /** The declaration is unchanged, so that no look was needed. */
  noteUnchanged(urn: string | undefined): void {
    this.note(urn, { lines: [], foreseen: Foreseen.nothing() });
  }

  /** Throws {@link DeniedError} if the look could not refuse what a policy denies. */
  requireAllowed(urn: string | undefined): void {
    const refusal = this.refusal(urn);
    if (refusal instanceof DeniedError) throw refusal;
  }

  /** More has begun than an adoption. */
  noteBuild(): void {
    this.builds += 1;
  }

  /** Each build ends what looks share: to read everything anew does not pay for few indexes. */
  get hasBuiltOften(): boolean {
    return this.builds > OFTEN;
  }

  /** Its lines; what a setting of the Connection allows is said once, and not of each index. */
  unsaid({ lines, hazards = [] }: Pick<Look, "lines" | "hazards">): string[] {
    const ofConnection = hazards
      .filter(({ code }) => HAZARD_KINDS[code].option !== undefined)
      .map(hazardLine);
    return lines.filter((line) => !ofConnection.includes(line) || this.isFirst(line));
  }

  /** The lines of a second look that the first one has not shown. */
  unshown(urn: string | undefined, look: Look): string[] {
    const shown = this.of(urn)?.lines.map(withoutId) ?? [];
    return this.unsaid(look).filter((line) => !shown.includes(withoutId(line)));
  }

  foretold(urn: string | undefined): Foretold | undefined {
    return this.foretoldOf.get(urn);
  }

  failure(urn: string | undefined): FailedLook | undefined {
    return this.byUrn.get(urn)?.failure;
  }

  /** Why the change is refused, if the last look says so. */
  refusal(urn: string | undefined): PgIndexError | undefined {
    return this.byUrn.get(urn)?.refusal;
  }

  /** Undefined if there was no look. */
  of(urn: string | undefined): Look | undefined {
    return this.byUrn.get(urn)?.look;
  }

  private isFirst(line: string): boolean {
    const isNew = !this.said.has(line);
    this.said.add(line);
    return isNew;
  }

  private set(urn: string | undefined, known: Known): void {
    if (urn !== undefined) this.byUrn.set(urn, known);
  }
}

/** Only the state knows the ID in the mark of an index that is missing. */
function withoutId(line: string): string {
  return line.replaceAll(/ id=(?:…|[0-9a-f]+) /g, " ");
}
