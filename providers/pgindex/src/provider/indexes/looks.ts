import type { Preview } from "../../engine/build/preview";
import { Foreseen } from "../../engine/foresight/foreseen";

/**
 * What the looks of this run at each index have shown: its create or update does no more. Pulumi
 * looks in check and diff, right before the change, and in another process for the preview.
 */
export class Looks {
  private readonly byUrn = new Map<string, Preview>();

  note(urn: string | undefined, look: Preview): void {
    if (urn !== undefined) this.byUrn.set(urn, look);
  }

  /** The declaration is unchanged, so that no look was needed. */
  noteUnchanged(urn: string | undefined): void {
    this.note(urn, { lines: [], foreseen: Foreseen.nothing() });
  }

  /** Nobody could look: the first look of the change itself counts. */
  forget(urn: string | undefined): void {
    if (urn !== undefined) this.byUrn.delete(urn);
  }

  /** The lines of a second look that the first one has not shown. */
  unshown(urn: string | undefined, { lines }: Preview): string[] {
    const shown = this.of(urn)?.lines.map(withoutId) ?? [];
    return lines.filter((line) => !shown.includes(withoutId(line)));
  }

  /** Undefined if there was no look. */
  of(urn: string | undefined): Preview | undefined {
    return urn === undefined ? undefined : this.byUrn.get(urn);
  }
}

/** Only the state knows the ID in the mark of an index that is missing. */
function withoutId(line: string): string {
  return line.replaceAll(/ id=(?:…|[0-9a-f]+) /g, " ");
}
