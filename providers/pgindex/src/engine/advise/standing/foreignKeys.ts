import type { IndexUse } from "./indexUse";

type Place = Pick<
  IndexUse,
  "schema" | "name" | "table" | "sizeBytes" | "foreignKeys" | "neededFor"
>;

/**
 * A DELETE of what a foreign key refers to looks for the rows that refer to it. Of the indexes that
 * find them, one has to stay: the smallest, where nobody scans any.
 */
export function keptForForeignKeys<T extends Place>(
  idle: readonly T[],
  all: readonly Place[],
): readonly T[] {
  const free = idle.filter(({ neededFor }) => neededFor === null);
  const going = new Set(free.map(keyOf));
  const kept = new Map<string, string>();
  for (const index of free.toSorted((one, other) => one.sizeBytes - other.sizeBytes)) {
    const finds = (other: Place, foreignKey: string) =>
      other.schema === index.schema &&
      other.table === index.table &&
      other.foreignKeys.includes(foreignKey);
    const alone = index.foreignKeys.find(
      (each) => !all.some((other) => finds(other, each) && !going.has(keyOf(other))),
    );
    if (alone === undefined) continue;
    going.delete(keyOf(index));
    kept.set(keyOf(index), `the foreign key ${alone}, whose columns no other index has`);
  }
  return idle.map((each) => ({ ...each, neededFor: kept.get(keyOf(each)) ?? each.neededFor }));
}

const keyOf = ({ schema, name }: Place) => JSON.stringify([schema, name]);
