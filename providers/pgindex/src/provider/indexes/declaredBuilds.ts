import type { CanonicalIndex } from "../../engine/declare/indexFields";
import { overlapOfBoth } from "../../engine/foresight/cost/overlap";
import type { Hazard } from "../../engine/hazards/hazard";
import type { DeclaredPlace } from "./declaredIndexes";

/** The indexes that this run is going to build, in their canonical form. */
export class DeclaredBuilds {
  private readonly builds: (DeclaredPlace & { readonly canonical: CanonicalIndex })[] = [];

  /** Notes a build. Says which earlier ones of the same table it overlaps. */
  note({ schema, table, name }: DeclaredPlace, canonical: CanonicalIndex): Hazard[] {
    const isHere = (other: DeclaredPlace) => other.schema === schema && other.table === table;
    const others = this.builds.filter((other) => isHere(other) && other.name !== name);
    this.builds.push({ schema, table, name, canonical });
    return others.flatMap((other) => overlapOfBoth(canonical, other));
  }
}
