import type { EarlierBuild } from "../../engine/foresight/size/earlierPace";
import { earlierBuild } from "../../engine/record/earlierBuild";
import type { IndexOutputs } from "../../engine/record/outputs";

/** The builds that the state has, as far as Pulumi has shown it: it asks for one index at a time. */
export class EarlierBuilds {
  private readonly byOid = new Map<number, EarlierBuild>();

  get all(): readonly EarlierBuild[] {
    return [...this.byOid.values()];
  }

  note(outputs: IndexOutputs): void {
    const build = earlierBuild(outputs);
    if (build) this.byOid.set(outputs.oid, build);
  }
}
