import { ident, literal, qualified } from "../../text/sql";
import type { Collation, Column, Constraint, Production, Relation, UserType } from "./production";

/** A statement, and what it makes, for people. */
export interface Made {
  readonly sql: string;
  readonly what: string;
  /** Why it is not even tried. */
  readonly cannot?: string;
}

/**
 * What makes an empty database of production's tables, as far as the planner cares: no defaults,
 * triggers or rights. In an order in which most succeed; what depends on a later one is tried again.
 */
export function schemaSql(production: Production): Made[] {
  const { relations, types, collations, functions } = production;
  const tables = relations.filter(({ kind }) => kind !== "v");
  return [
    ...schemasOf(production).map((name) =>
      made(`CREATE SCHEMA IF NOT EXISTS ${ident(name)}`, name),
    ),
    ...collations.map((each) => made(collationSql(each), `the collation ${each.name}`)),
    ...types.map((each) => made(typeSql(each), `the type ${each.name}`)),
    ...functions.map(({ name, sql }) => functionMade(name, sql)),
    ...tables.map(tableMade),
    ...tables.flatMap((each) => parentSql(each, relations)),
    ...indexSql(production),
    ...relations
      .filter(({ kind }) => kind === "v")
      .map((each) =>
        made(`CREATE VIEW ${qualified(each.schema, each.name)} AS ${each.view}`, nameOf(each)),
      ),
  ];
}

const made = (sql: string, what: string): Made => ({ sql, what });

const nameOf = ({ schema, name }: { readonly schema: string; readonly name: string }) =>
  `${schema}.${name}`;

function schemasOf({ relations, types, collations, functions }: Production): string[] {
  const all = [...relations, ...types, ...collations, ...functions];
  return [...new Set(all.map(({ schema }) => schema))];
}

/** A function in C, or in a language that could reach the machine, is none of the twin's. */
function functionMade(name: string, sql: string | null): Made {
  const what = `the function ${name}`;
  return sql === null
    ? { sql: "", what, cannot: "it is not written in SQL or PL/pgSQL" }
    : made(sql, what);
}

function collationSql({
  schema,
  name,
  provider,
  locale,
  collate,
  deterministic,
}: Collation): string {
  const names: Readonly<Record<string, string>> = { i: "icu", c: "libc", b: "builtin" };
  const value = literal(locale ?? collate ?? "C");
  return (
    `CREATE COLLATION ${qualified(schema, name)} (provider = ${names[provider] ?? "libc"}, ` +
    `locale = ${value}, deterministic = ${deterministic})`
  );
}

function typeSql(type: UserType): string {
  const name = qualified(type.schema, type.name);
  switch (type.kind) {
    case "e":
      return `CREATE TYPE ${name} AS ENUM (${type.labels.map(literal).join(", ")})`;
    case "d":
      return [
        `CREATE DOMAIN ${name} AS ${type.base}`,
        ...(type.notNull ? ["NOT NULL"] : []),
        ...type.checks.map((check) => check.replace(/ NOT VALID$/, "")),
      ].join(" ");
    case "r":
      return `CREATE TYPE ${name} AS RANGE (subtype = ${type.subtype})`;
    default: {
      const attributes = type.attributes.map((each) => `${ident(each.name)} ${each.type}`);
      return `CREATE TYPE ${name} AS (${attributes.join(", ")})`;
    }
  }
}

/** A foreign table is none of the twin's: the planner asks the other server. */
function tableMade(table: Relation): Made {
  const what = nameOf(table);
  return table.kind === "f"
    ? { sql: "", what, cannot: "it is a foreign table" }
    : made(tableSql(table), what);
}

function tableSql(table: Relation): string {
  const { schema, name, columns, options, partitionKey } = table;
  const by = partitionKey === null ? "" : ` PARTITION BY ${partitionKey}`;
  const uses =
    table.method === null || table.method === "heap" ? "" : ` USING ${ident(table.method)}`;
  const settings = options === null || by !== "" ? "" : ` WITH (${options.join(", ")})`;
  const list = columns.map(columnSql).join(", ");
  return `CREATE TABLE ${qualified(schema, name)} (${list})${by}${uses}${settings}`;
}

function columnSql({ name, type, notNull, generated, isVirtual, collation }: Column): string {
  return [
    ident(name),
    type,
    ...(collation === null ? [] : [`COLLATE ${collation}`]),
    ...(generated === null
      ? []
      : [`GENERATED ALWAYS AS (${generated}) ${isVirtual ? "VIRTUAL" : "STORED"}`]),
    ...(notNull ? ["NOT NULL"] : []),
  ].join(" ");
}

function parentSql(child: Relation, relations: readonly Relation[]): Made[] {
  return child.parents.flatMap((oid) => {
    const parent = relations.find((each) => each.oid === oid);
    if (!parent) return [];
    const [ours, theirs] = [child, parent].map(({ schema, name }) => qualified(schema, name));
    const sql =
      child.bound === null
        ? `ALTER TABLE ${ours} INHERIT ${theirs}`
        : `ALTER TABLE ONLY ${theirs} ATTACH PARTITION ${ours} ${child.bound}`;
    return [made(sql, nameOf(child))];
  });
}

/** Primary keys, unique and foreign keys matter to plans too, and CHECKs to inheritance. */
function indexSql({ indexes, constraints, relations }: Production): Made[] {
  const byConstraint = new Set(
    constraints.flatMap(({ kind, index }) => (kind === "f" ? [] : [index])),
  );
  const tableOf = ({ table }: Pick<Constraint, "table">) =>
    relations.find(({ oid }) => oid === table);
  const withIndex = constraints.filter(({ kind }) => kind !== "f");
  const foreign = constraints.filter(({ kind }) => kind === "f");
  const add = (each: Constraint) => {
    const table = tableOf(each);
    if (!table) return [];
    const { schema, name } = table;
    // The parts of a partitioned index are attached; a CHECK has to be added to all at once.
    const only = "pux".includes(each.kind) ? "ONLY " : "";
    const sql = `ALTER TABLE ${only}${qualified(schema, name)} ADD CONSTRAINT ${ident(each.name)} ${each.definition}`;
    return [made(sql, `the constraint ${each.name}`)];
  };
  return [
    ...withIndex.flatMap(add),
    ...indexes
      .filter(({ oid }) => !byConstraint.has(oid))
      .map((each) => made(each.definition, `the index ${each.name}`)),
    ...indexes.flatMap((each) => attachSql(each, indexes)),
    ...foreign.flatMap(add),
  ];
}

function attachSql(
  { schema, name, parent }: Production["indexes"][number],
  indexes: Production["indexes"],
): Made[] {
  const whole = indexes.find(({ oid }) => oid === parent);
  if (!whole) return [];
  const sql = `ALTER INDEX ${qualified(whole.schema, whole.name)} ATTACH PARTITION ${qualified(schema, name)}`;
  return [made(sql, `the index ${name}`)];
}
