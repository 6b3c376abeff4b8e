import type { IndexElem, IndexStmt, Node } from "libpg-query";
import {
  type DeclaredName,
  defined,
  type IndexDeclaration,
  type KeyDeclaration,
  type Parameters,
} from "../declaration";
import type { Token } from "../parser/parserThread";
import { definitionValue, stringsOf } from "../parser/parseTree";
import type { Source } from "../parser/sqlTokens";
import { clausesOf, type Expression, expressionText } from "./indexExpressions";

/** A `CREATE INDEX` statement: its parse tree and tokens. */
export interface IndexStatement {
  readonly node: IndexStmt;
  readonly tokens: readonly Token[];
}

/** A declaration without schema and name, and the expressions in it. */
export interface ReadIndex {
  readonly declaration: Omit<IndexDeclaration, "schema" | "name">;
  readonly expressions: readonly Expression[];
}

export function readIndexStatement(source: Source, { node, tokens }: IndexStatement): ReadIndex {
  const clauses = clausesOf(tokens);
  const keys = (node.indexParams ?? []).map((param, i) => {
    const element = elementOf(param);
    return { element, expression: expressionOf(source, clauses.keys[i], element.expr) };
  });
  const predicate = expressionOf(source, clauses.predicate, node.whereClause);
  const expressions = [...keys.map((key) => key.expression), predicate];
  const include = (node.indexIncludingParams ?? []).map((param) => elementOf(param).name ?? "");
  const declaration = defined({
    table: node.relation?.relname ?? "",
    columns: keys.map(({ element, expression }) => keyOf(element, expression?.text)),
    unique: node.unique || undefined,
    nullsNotDistinct: node.nulls_not_distinct || undefined,
    include: include.length > 0 ? include : undefined,
    predicate: predicate?.text,
    accessMethod: node.accessMethod === "btree" ? undefined : node.accessMethod,
    storageParameters: parametersOf(node.options),
    tablespace: node.tableSpace,
  });
  return { declaration, expressions: expressions.filter((found) => found !== undefined) };
}

export function elementOf(node: Node): IndexElem {
  return "IndexElem" in node ? node.IndexElem : {};
}

function expressionOf(
  source: Source,
  tokens: readonly Token[] = [],
  tree: Node | undefined,
): Expression | undefined {
  return tree && { tree, text: expressionText(source, tokens, tree) };
}

function keyOf(element: IndexElem, expression: string | undefined): string | KeyDeclaration {
  const key: KeyDeclaration = defined({
    column: element.name,
    expression,
    collation: nameOf(element.collation),
    operatorClass: nameOf(element.opclass),
    operatorClassParameters: parametersOf(element.opclassopts),
    ...orderOf(element),
  });
  return element.name !== undefined && Object.keys(key).length === 1 ? element.name : key;
}

function orderOf({ ordering, nulls_ordering }: IndexElem): Pick<KeyDeclaration, "order" | "nulls"> {
  const isDescending = ordering === "SORTBY_DESC";
  const isFirst = nulls_ordering === "SORTBY_NULLS_FIRST";
  const isDefault = nulls_ordering === "SORTBY_NULLS_DEFAULT" || isFirst === isDescending;
  return {
    order: isDescending ? "desc" : undefined,
    nulls: isDefault ? undefined : isFirst ? "first" : "last",
  };
}

function nameOf(nodes: readonly Node[] | undefined): DeclaredName | undefined {
  const [name, schema] = stringsOf(nodes).reverse();
  if (name === undefined) return undefined;
  return schema === undefined ? name : { schema, name };
}

function parametersOf(nodes: readonly Node[] = []): Parameters | undefined {
  const entries = nodes.flatMap((node) =>
    "DefElem" in node
      ? [[node.DefElem.defname ?? "", definitionValue(node.DefElem.arg)] as const]
      : [],
  );
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}
