import { qualified } from "../../engine/text/sql";

/** Where a program declares an index. */
export interface DeclaredPlace {
  readonly schema: string;
  readonly name: string;
  readonly table: string;
}

/** Which resource declares an index, and on which table of its schema. */
interface Declaration {
  readonly urn: string;
  readonly table: string;
}

/**
 * The indexes that the program has declared in this run, by this Connection. Pulumi checks all
 * resources before it deletes what is left over, so a delete can tell a renamed resource.
 */
export class DeclaredIndexes {
  private readonly byName = new Map<string, Declaration>();

  /** Notes a declaration. Returns that of another resource for an index of that name. */
  declare({ schema, name, table }: DeclaredPlace, urn: string): Declaration | undefined {
    const key = qualified(schema, name);
    const first = this.byName.get(key);
    if (first && first.urn !== urn) return first;
    this.byName.set(key, { urn, table });
    return undefined;
  }

  /** The URN of the resource that declares this index on this table. */
  by({ schema, name, table }: DeclaredPlace): string | undefined {
    const declared = this.byName.get(qualified(schema, name));
    return declared?.table === table ? declared.urn : undefined;
  }
}
