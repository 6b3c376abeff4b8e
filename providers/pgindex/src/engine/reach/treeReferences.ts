/** What a stored expression or query refers to: something of the catalog, by its OID. */
export interface Reference {
  readonly kind: "function" | "operator" | "type" | "column" | "relation" | "written";
  readonly oid: number;
  /** Read while the text was parsed: the type of a constant. */
  readonly isConstant?: boolean;
}

const FUNCTIONS: ReadonlySet<string> = new Set(
  "funcid opfuncid hashfuncid negfuncid aggfnoid winfnoid startInRangeFunc endInRangeFunc".split(
    " ",
  ),
);
const OPERATORS: ReadonlySet<string> = new Set("opno opnos eqop sortop cycle_mark_neop".split(" "));

/** The fields with a type whose values are made there, which runs the CHECK of a domain. */
const TYPES: ReadonlySet<string> = new Set([
  "CONST.consttype",
  "COERCETODOMAIN.resulttype",
  "COERCEVIAIO.resulttype",
  "MINMAXEXPR.minmaxtype",
  "FUNCEXPR.made",
  "JSONRETURNING.typid",
  "TABLEFUNC.coltypes",
  "RANGETBLFUNCTION.funccoltypes",
]);

/** `FirstNormalObjectId`: what initdb made has a smaller OID. */
export const FIRST_OWN_OID = 16384;

/**
 * What a `pg_node_tree` refers to. A function can be called in many ways; the tree has the function
 * of each.
 *
 * @see https://www.postgresql.org/docs/current/querytree.html
 */
export function referencesOf(tree: string): Reference[] {
  const found = new Map<string, Reference>();
  for (const [field, oid] of numbersOf(tree)) {
    const reference = toReference(field, oid);
    if (reference && oid > 0) found.set(JSON.stringify(reference), reference);
  }
  return [...found.values()];
}

function toReference(field: string, oid: number): Reference | undefined {
  const name = field.slice(field.indexOf(".") + 1);
  if (FUNCTIONS.has(name)) return { kind: "function", oid };
  if (OPERATORS.has(name)) return { kind: "operator", oid };
  if (TYPES.has(field)) return { kind: "type", oid, isConstant: name === "consttype" };
  if (field === "VAR.vartype") return { kind: "column", oid };
  return name === "relid" ? { kind: "relation", oid } : undefined;
}

const TOKENS = /[{}()]|(?:\\[\s\S]|[^\s{}()\\])+/g;

/** Every number of the tree, with its field: `{OPEXPR :opno 96 …}` has 96 for OPEXPR.opno. */
function* numbersOf(tree: string): Generator<[field: string, number: number]> {
  const nodes: { label: string; field: string; funcid: number }[] = [];
  let isLabel = false;
  for (const [token] of tree.matchAll(TOKENS)) {
    const node = nodes.at(-1);
    if (isLabel) nodes.push({ label: token, field: "", funcid: 0 });
    else if (token === "}") nodes.pop();
    else if (node && token.startsWith(":")) node.field = token.slice(1);
    else if (node && /^\d+$/.test(token)) {
      const value = Number(token);
      yield [`${node.label}.${node.field}`, value];
      if (node.field === "funcid") node.funcid = value;
      // The server's own functions make values of the type that they are asked for.
      if (node.field === "funcresulttype" && node.funcid < FIRST_OWN_OID)
        yield ["FUNCEXPR.made", value];
    }
    isLabel = token === "{";
  }
}
