import type { Access, OrderKey } from "./access";
import { type KeyOf, keyOf } from "./rendered";
import type { Scope } from "./scope";
import { bodyOf, lastName, listOf, type Tree } from "./tree";

/** Notes in which orders a SELECT would like to read its tables. */
export function readOrders(clauses: Tree, scope: Scope): void {
  const targets = listOf(clauses.targetList).map((each) => bodyOf(each, "ResTarget") ?? {});
  note(
    listOf(clauses.sortClause).map((each) => {
      const { node, sortby_dir, sortby_nulls } = bodyOf(each, "SortBy") ?? {};
      return orderOf(meant(node, targets, scope), sortby_dir, sortby_nulls);
    }),
  );
  // Without a condition all rows are read, in whatever order.
  const isBounded = clauses.whereClause !== undefined || clauses.limitCount !== undefined;
  const groups = isBounded ? [...listOf(clauses.groupClause), ...distinctOn(clauses)] : [];
  note(groups.map((each) => orderOf(meant(each, targets, scope))));
  for (const { val } of targets) {
    const call = bodyOf(val, "FuncCall");
    const name = lastName(call?.funcname);
    if (name === "min" || name === "max")
      note([orderOf(keyOf(listOf(call?.args)[0], scope), name === "max" ? "SORTBY_DESC" : "")]);
  }
}

type Ordered = (OrderKey & { readonly access: Access }) | undefined;

/** An order that goes on with another table's columns ends there. */
function note(keys: readonly Ordered[]): void {
  const [first] = keys;
  if (!first) return;
  const end = keys.findIndex((each) => each?.access !== first.access);
  const own = (end < 0 ? keys : keys.slice(0, end)).flatMap((each) => each ?? []);
  first.access.orders.push(own.map(({ access: _, ...key }) => key));
}

function orderOf(found: KeyOf | undefined, dir?: unknown, nulls?: unknown): Ordered {
  if (!found) return undefined;
  const isDescending = dir === "SORTBY_DESC";
  const place = nulls === "SORTBY_NULLS_FIRST" ? "first" : "last";
  const isSaid = nulls === "SORTBY_NULLS_FIRST" || nulls === "SORTBY_NULLS_LAST";
  const isUsual = place === (isDescending ? "first" : "last");
  const { access, key } = found;
  return { access, key, isDescending, ...(isSaid && !isUsual && { nulls: place }) };
}

/** `ORDER BY 2` and `ORDER BY total` mean what is selected. */
function meant(node: unknown, targets: readonly Tree[], scope: Scope): KeyOf | undefined {
  const constant = bodyOf(node, "A_Const");
  const place = (constant?.ival as Tree | undefined)?.ival;
  if (typeof place === "number") return keyOf(targets[place - 1]?.val, scope);
  const fields = listOf(bodyOf(node, "ColumnRef")?.fields);
  const named = fields.length === 1 && targets.find(({ name }) => name === lastName(fields));
  return keyOf(named ? named.val : node, scope);
}

function distinctOn({ distinctClause }: Tree): readonly unknown[] {
  return listOf(distinctClause).filter(
    (each) => each !== null && Object.keys(each as object).length > 0,
  );
}
