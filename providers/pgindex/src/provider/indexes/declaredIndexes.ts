/** Where a program declares an index. */
export interface DeclaredPlace {
  readonly schema: string;
  readonly name: string;
  readonly table: string;
}

/**
 * The indexes that the program has declared in this run, by this Connection. Pulumi checks all
 * resources before it deletes what is left over, so a delete can tell a renamed resource.
 */
export class DeclaredIndexes {
  private readonly urns = new Map<string, string>();

  /** Notes a declaration. Returns the URN of another resource that declares the same index. */
  declare(place: DeclaredPlace, urn: string): string | undefined {
    const key = keyOf(place);
    const first = this.urns.get(key) ?? urn;
    this.urns.set(key, first);
    return first === urn ? undefined : first;
  }

  /** The URN of the resource that declares this index on this table. */
  by(place: DeclaredPlace): string | undefined {
    return this.urns.get(keyOf(place));
  }
}

function keyOf({ schema, name, table }: DeclaredPlace): string {
  return JSON.stringify([schema, name, table]);
}
