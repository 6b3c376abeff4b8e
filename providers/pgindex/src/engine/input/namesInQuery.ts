type Tree = Readonly<Record<string, unknown>>;

/** A field of a parse tree, at any depth. */
type Field = readonly [key: string, value: unknown];

/**
 * Yields every field of the tree below `root`, without recursion: `a + b + …` is as deep as it is
 * long. Field names come from the grammar, never from the text. Nothing is yielded from below a
 * field that is `closed`.
 */
export function* fieldsOf(root: unknown, closed?: string): Generator<Field> {
  const left = [root];
  while (left.length > 0) {
    const node = left.pop();
    if (typeof node !== "object" || node === null) continue;
    for (const field of Object.entries(node)) {
      yield field;
      if (field[0] !== closed) left.push(field[1]);
    }
  }
}

/** The names in a query that the search_path resolves: those without a schema. */
export interface UnqualifiedNames {
  readonly relations: readonly string[];
  readonly types: readonly string[];
  readonly functions: readonly string[];
  readonly operators: readonly string[];
  /** Every column, whose type decides which operators matter. */
  readonly columns: readonly string[];
}

/** A table or view as a query names it. */
export interface RelationReference {
  readonly schema?: string;
  readonly name: string;
}

export interface FunctionName {
  /** Undefined if the search path resolves the name. */
  readonly schema?: string;
  readonly name: string;
}

export function functionsOf(fields: readonly Field[]): FunctionName[] {
  return fields.filter(([key]) => key === "FuncCall").map(([, call]) => nameOf(call));
}

function nameOf(call: unknown): FunctionName {
  const { funcname } = call as { funcname: readonly { String: { sval: string } }[] };
  const [name = "", schema] = funcname.map(({ String: { sval } }) => sval).reverse();
  return { schema, name };
}

type NameList = readonly { readonly String?: { readonly sval?: string } }[];

/** The fields of the parse tree with names, and where the list of names is in each. */
const NAME_LISTS = {
  functions: ["FuncCall", "funcname"],
  operators: ["A_Expr", "name"],
  types: ["TypeName", "names"],
} as const;

/** `typeName` holds a TypeName without the key that other nodes have. */
export function unqualifiedNames(fields: readonly Field[]): UnqualifiedNames {
  const under = (key: string) =>
    fields.filter(([field]) => field.toLowerCase() === key.toLowerCase()).map(([, it]) => it);
  const only = ([node, list]: readonly [string, string]) =>
    under(node).flatMap((it) => onlyName((it as Tree)[list] as NameList | undefined));
  return {
    relations: relationsOf(fields).flatMap(({ schema, name }) => (schema ? [] : [name])),
    types: only(NAME_LISTS.types),
    functions: only(NAME_LISTS.functions),
    operators: only(NAME_LISTS.operators),
    columns: under("ColumnRef").flatMap((it) => {
      const { fields: names = [] } = it as { fields?: NameList };
      return names.at(-1)?.String?.sval ?? [];
    }),
  };
}

export function relationsOf(fields: readonly Field[]): RelationReference[] {
  return fields.flatMap(([key, it]) => {
    if (key !== "RangeVar") return [];
    const { schemaname: schema, relname: name } = it as { schemaname?: string; relname: string };
    return [{ schema, name }];
  });
}

/** A name of several parts begins with its schema. */
function onlyName(list: NameList = []): string[] {
  const name = list[0]?.String?.sval;
  return list.length === 1 && name !== undefined ? [name] : [];
}

/** Every name in a query, without its schema. */
export interface NamesInQuery {
  readonly operators: readonly string[];
  readonly types: readonly string[];
  readonly relations: readonly string[];
  /** `a` of `t.a` and `(t).a` */
  readonly attributes: readonly string[];
}

export function namesIn(fields: readonly Field[]): NamesInQuery {
  const last = (...keys: readonly string[]) =>
    fields
      .filter(([key]) => keys.includes(key))
      .flatMap(([, list]) =>
        Array.isArray(list) ? ((list as NameList).at(-1)?.String?.sval ?? []) : [],
      );
  return {
    operators: last("name"),
    types: last("names"),
    relations: relationsOf(fields).map(({ name }) => name),
    attributes: last("fields", "indirection"),
  };
}
