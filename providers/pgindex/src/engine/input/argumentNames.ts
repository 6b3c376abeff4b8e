import type { z } from "zod";
import { similarNames } from "../text/similarNames";

/** A schema's own description, as far as names of arguments need it. */
interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly options?: readonly z.ZodType[];
}

/** The names of the arguments that an object at `path` can have. */
export function argumentNames(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const objects = path.reduce<readonly z.ZodType[]>(
    (schemas, key) => schemas.flatMap((each) => childrenOf(each, key)),
    [schema],
  );
  const names = objects.flatMap(bareSchemas).flatMap((each) => Object.keys(shapeOf(each)));
  return [...new Set(names)];
}

function childrenOf(schema: z.ZodType, key: PropertyKey): z.ZodType[] {
  return bareSchemas(schema).flatMap((bare) => {
    const { element, valueType } = definitionOf(bare);
    return shapeOf(bare)[String(key)] ?? element ?? valueType ?? [];
  });
}

/** A schema without its defaults and transforms; every branch of a union. */
function bareSchemas(schema: z.ZodType): z.ZodType[] {
  const { innerType, in: input, options } = definitionOf(schema);
  const inner = innerType ?? input;
  if (inner) return bareSchemas(inner);
  return options ? options.flatMap(bareSchemas) : [schema];
}

function shapeOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>> {
  return definitionOf(schema).shape ?? {};
}

function definitionOf(schema: z.ZodType): Definition {
  return schema.def as unknown as Definition;
}

/** What SQL, other tools and other resources call an argument of ours. */
const OTHER_NAMES: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    where: ["predicate"],
    condition: ["predicate"],
    filter: ["predicate"],
    using: ["accessMethod"],
    method: ["accessMethod"],
    type: ["accessMethod"],
    indexType: ["accessMethod"],
    with: ["storageParameters"],
    options: ["storageParameters"],
    fields: ["columns"],
    keys: ["columns"],
    keyColumns: ["columns"],
    on: ["table", "columns"],
    relation: ["table"],
    tableName: ["table"],
    index: ["name"],
    indexName: ["name"],
    namespace: ["schema"],
    isUnique: ["unique"],
    nullsDistinct: ["nullsNotDistinct"],
    covering: ["include"],
    storing: ["include"],
    description: ["comment"],
    primaryKey: ["constraint"],
    timeout: ["waitFor"],
    sort: ["order"],
    direction: ["order"],
    opclass: ["operatorClass"],
    ops: ["operatorClass"],
    collate: ["collation"],
    expr: ["expression"],
    field: ["column"],
    attribute: ["column"],
    name: ["column"],
    text: ["sql"],
    statement: ["sql"],
    query: ["sql"],
    parameters: ["values"],
    params: ["values"],
    args: ["values"],
    expectation: ["expect"],
    expected: ["expect"],
    maxMs: ["maximumMs"],
    minRatio: ["minimumRatio"],
    maxAge: ["maximumAge"],
    dir: ["directory"],
    path: ["directory", "folder"],
    indices: ["indexes"],
    soakTime: ["soak"],
    connectionString: ["url"],
    databaseUrl: ["url"],
    uri: ["url"],
    dsn: ["url"],
    user: ["role"],
    username: ["role"],
    minScans: ["minimumScans"],
  }),
);

/** What every build does, or what none can do. */
const NEEDLESS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    concurrently: "remove it: every build and every drop is concurrent",
    ifNotExists: "remove it: an index that stands as declared is adopted",
    ifExists: "remove it: an index that is gone counts as dropped",
    only: "remove it: the indexes of partitions are built and attached too",
    algorithm: "remove it: every build and every drop is concurrent",
    online: "remove it: every build and every drop is concurrent",
  }),
);

/** The argument that an unknown one may stand for; several if it can be more than one. */
export function meantArguments(written: string, names: readonly string[]): string[] {
  const others = OTHER_NAMES.get(written)?.filter((name) => names.includes(name)) ?? [];
  return others.length > 0 ? others : similarNames(written, names);
}

/** What to do with an unknown argument that nothing replaces. */
export function needlessFix(written: string): string | undefined {
  return NEEDLESS.get(written);
}
