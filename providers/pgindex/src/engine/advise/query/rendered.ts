import { ident, literal } from "../../text/sql";
import type { Access, Key } from "./access";
import { resolve, type Scope } from "./scope";
import { bodyOf, lastName, listOf, namesOf, type Tree } from "./tree";

/** A key, and whose it is. */
export interface KeyOf {
  readonly access: Access;
  readonly key: Key;
  readonly columns: readonly string[];
}

/** The key that a node of a condition is; undefined if no index could have it. */
export function keyOf(node: unknown, scope: Scope): KeyOf | undefined {
  const ref = bodyOf(node, "ColumnRef");
  if (ref) {
    const place = resolve(ref, scope);
    return place && { ...place, key: { column: place.column }, columns: [place.column] };
  }
  const places: Place[] = [];
  const expression = render(node, scope, places);
  const [first] = places;
  if (expression === undefined || !first) return undefined;
  if (places.some(({ access }) => access !== first.access)) return undefined;
  const columns = [...new Set(places.map(({ column }) => column))];
  return { access: first.access, key: { expression }, columns };
}

type Place = NonNullable<ReturnType<typeof resolve>>;

/** In the index's own terms: without aliases, and with nothing that only a run knows. */
function render(node: unknown, scope: Scope, places: Place[]): string | undefined {
  const ref = bodyOf(node, "ColumnRef");
  if (ref) {
    const place = resolve(ref, scope);
    if (!place) return undefined;
    places.push(place);
    return plainName(place.column);
  }
  const call = bodyOf(node, "FuncCall");
  if (call) return renderCall(call, scope, places);
  const operation = bodyOf(node, "A_Expr");
  if (operation) return renderOperation(operation, scope, places);
  const cast = bodyOf(node, "TypeCast");
  if (cast) {
    const [inner, type] = [render(cast.arg, scope, places), typeName(cast.typeName as Tree)];
    return inner !== undefined && type !== undefined ? `(${inner})::${type}` : undefined;
  }
  return constantSql(node);
}

const ARITHMETIC: ReadonlySet<string> = new Set(["->", "->>", "#>", "#>>", "||", "+", "-", "*"]);

function renderOperation(operation: Tree, scope: Scope, places: Place[]): string | undefined {
  const name = lastName(operation.name);
  if (operation.kind !== "AEXPR_OP" || !ARITHMETIC.has(name)) return undefined;
  const sides = [operation.lexpr, operation.rexpr].map((each) => render(each, scope, places));
  return sides.includes(undefined) ? undefined : `(${sides[0]} ${name} ${sides[1]})`;
}

function renderCall(call: Tree, scope: Scope, places: Place[]): string | undefined {
  const { funcname, args, funcformat, over, agg_star, agg_distinct, agg_order, agg_filter } = call;
  const isPlain = funcformat === "COERCE_EXPLICIT_CALL";
  if (!isPlain || over || agg_star || agg_distinct || agg_order || agg_filter) return undefined;
  const rendered = listOf(args).map((each) => render(each, scope, places));
  if (rendered.length === 0 || rendered.includes(undefined)) return undefined;
  return `${namesOf(funcname).map(plainName).join(".")}(${rendered.join(", ")})`;
}

/** `text`, `pg_catalog.int4`; none with modifiers or arrays. */
function typeName({ names, typmods, arrayBounds }: Tree): string | undefined {
  if (typmods !== undefined || arrayBounds !== undefined) return undefined;
  return namesOf(names).map(plainName).join(".");
}

/** A constant as SQL; undefined for anything else. */
export function constantSql(node: unknown): string | undefined {
  const cast = bodyOf(node, "TypeCast");
  if (cast) {
    const [inner, type] = [constantSql(cast.arg), typeName(cast.typeName as Tree)];
    return inner !== undefined && type !== undefined ? `${inner}::${type}` : undefined;
  }
  const constant = bodyOf(node, "A_Const");
  if (!constant) return undefined;
  if (constant.sval) return literal(String((constant.sval as Tree).sval ?? ""));
  if (constant.ival) return String((constant.ival as Tree).ival ?? 0);
  if (constant.fval) return String((constant.fval as Tree).fval);
  if (constant.boolval) return String((constant.boolval as Tree).boolval ?? false);
  return undefined;
}

/** As people write it, where PostgreSQL reads it as the same name. */
export function plainName(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.test(name) ? name : ident(name);
}

/** Words that are no name of a column without quotes. */
const RESERVED =
  /^(all|analy[sz]e|and|any|array|as|asc|asymmetric|both|case|cast|check|collate|column|constraint|create|current_\w+|default|deferrable|desc|distinct|do|else|end|except|false|fetch|for|foreign|from|grant|group|having|in|initially|intersect|into|lateral|leading|limit|localtime|localtimestamp|not|null|offset|on|only|or|order|placing|primary|references|returning|select|session_user|some|symmetric|system_user|table|then|to|trailing|true|union|unique|user|using|variadic|when|where|window|with)$/;
