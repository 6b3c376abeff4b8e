import { foreseeDrop } from "../engine/drop/dropHazards";
import { destroyText, partsText } from "../engine/drop/dropMessages";
import { keptReason } from "../engine/drop/keepMessages";
import { findOwnIndexes } from "../engine/drop/ownIndexes";
import { requireSameDatabase } from "../engine/drop/sameDatabase";
import { PgIndexError } from "../engine/errors/advice";
import type { Hazard } from "../engine/hazards/hazard";
import type { IndexOutputs } from "../engine/record/outputs";
import type { Session } from "../engine/session/session";
import { renderBytes } from "../engine/text/render";
import { SECRET } from "../engine/text/secret";
import { readUsage } from "../engine/verify/usage";

/** What `pulumi destroy` would do with an index, whose preview Pulumi asks no provider for. */
export interface DestroyForecast {
  readonly does: "drop" | "keep" | "refuse" | "nothing";
  /** What goes, with its size, scans, builder and statement; or why it stays. */
  readonly text: string;
  /** What is lost with it. */
  readonly hazards?: readonly Hazard[];
}

/** Finds what a destroy would find, by the same code. Read-only. */
export async function forecastDestroy(
  observer: Session,
  outputs: IndexOutputs,
  acceptDatabase?: string,
): Promise<DestroyForecast> {
  try {
    const elsewhere = await requireSameDatabase(observer, outputs, acceptDatabase);
    const found = await findOwnIndexes(observer, outputs, { asOwner: false });
    if (found.kind === "keep") {
      const { live, why } = found;
      return { does: "keep", text: `${renderBytes(live.sizeBytes)}; ${keptReason(live, why)}` };
    }
    // The index itself is the one that queries use; the others are leftovers.
    const live = found.indexes.find(({ name }) => name === outputs.name) ?? found.indexes.at(-1);
    if (!live) return { does: "nothing", text: "it is not there" };
    const more = found.indexes.filter(({ oid }) => oid !== live.oid);
    const usage = await readUsage(observer, live);
    const shown = outputs.__secret ? { ...live, definition: SECRET } : live;
    const text = destroyText(shown, usage, outputs) + partsText(more);
    const hazards = [...elsewhere, ...(await foreseeDrop(observer, live, usage))];
    return { does: "drop", text, hazards };
  } catch (error) {
    if (!(error instanceof PgIndexError)) throw error;
    const { what, why } = error.advice;
    return { does: "refuse", text: `${what}: ${why}` };
  }
}
