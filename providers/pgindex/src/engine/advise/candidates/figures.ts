import type { ColumnStatistics, Production, Relation } from "../../twin/production/production";
import type { Key } from "../query/access";

/** What candidates are chosen by: figures of the planner's, and who else asks for a column. */
export interface Figures {
  /** How many values a key has; those of an expression are not known. */
  distinct(relation: Relation, key: Key): number;
  statistics(relation: Relation, column: string): ColumnStatistics | undefined;
  /** In how many conditions of the workload a key is asked for by `=`. */
  popularity(relation: Relation, key: Key): number;
  /** The schema of an extension; undefined without it. */
  extension(name: string): string | undefined;
  readonly isPlainCollation: boolean;
}

export function figuresOf(production: Production, asked: ReadonlyMap<string, number>): Figures {
  const { statistics: all, database, extensions } = production;
  const statistics = ({ schema, name }: Relation, column: string) =>
    all
      .filter((each) => each.schemaname === schema && each.relname === name)
      .filter((each) => each.attname === column)
      .toSorted((one, other) => Number(other.inherited) - Number(one.inherited))[0];
  return {
    statistics,
    distinct: (relation, { column }) => {
      const known = column === undefined ? undefined : statistics(relation, column)?.n_distinct;
      if (known === undefined) return Math.max(1, rowsOf(relation, production) / 10);
      return known < 0 ? -known * rowsOf(relation, production) : known;
    },
    popularity: ({ oid }, key) => asked.get(askedKey(oid, key)) ?? 0,
    extension: (name) => extensions.find((each) => each.name === name)?.schema,
    isPlainCollation: /^(C|POSIX)$/.test(database.collate ?? "C") && database.provider !== "i",
  };
}

export const askedKey = (oid: number, key: Key) => JSON.stringify([oid, key]);

/** Of a partitioned table or a parent, with its children. */
function rowsOf(relation: Relation, { relations }: Production): number {
  return withChildren(relation, relations)
    .filter(({ kind }) => kind !== "p")
    .reduce((sum, { reltuples }) => sum + Math.max(0, reltuples), 0);
}

/** A table with its partitions or children, at any depth. */
export function withChildren(relation: Relation, relations: readonly Relation[]): Relation[] {
  const children = relations.filter(({ parents }) => parents.includes(relation.oid));
  return [relation, ...children.flatMap((child) => withChildren(child, relations))];
}
