import type { Cause } from "./cause";
import { type CauseRow, causeIn } from "./causeRows";

/** An error of the declaration, on an empty copy of the table. */
const DECLARATION_ROWS: readonly CauseRow[] = [
  {
    states: ["42703"],
    cause: {
      fix:
        "check the column's spelling; names are matched exactly as in the catalog, " +
        "so upper case matters",
    },
  },
  {
    states: ["42704"],
    routines: ["get_collation_oid"],
    cause: { fix: "check the name of the collation, or add its schema to searchPath" },
  },
  {
    states: ["42704"],
    cause: {
      fix:
        "check the name of the operator class, collation, access method or type, " +
        "or add its schema to searchPath",
    },
  },
  {
    states: ["42804"],
    routines: ["ResolveOpClass"],
    cause: { fix: "name an operator class that accepts the column's type" },
  },
  {
    states: ["42804"],
    routines: ["ComputeIndexAttrs"],
    cause: { fix: "remove collation: only texts have one" },
  },
  {
    states: ["42804"],
    cause: { fix: "correct the types: a predicate is a condition, such as deleted_at IS NULL" },
  },
  {
    states: ["42883"],
    routines: ["op_error"],
    cause: {
      fix: "cast the operands to types that the operator takes, or add its schema to searchPath",
    },
  },
  {
    states: ["42883"],
    cause: {
      fix: "check the function's name and argument types, or add its schema to searchPath",
    },
  },
  {
    states: ["42P17"],
    cause: { fix: "use only IMMUTABLE functions: an index cannot follow a result that changes" },
  },
  { states: ["42P22"], cause: { fix: "name a collation" } },
  {
    states: ["42809"],
    routines: ["ParseFuncOrColumn"],
    cause: { fix: "call a plain function: an index is computed from one row alone" },
  },
  {
    states: ["42809"],
    cause: {
      fix:
        "give the constraint's columns their default operator class, collation and order, " +
        "or declare a unique index without constraint",
    },
  },
  {
    states: ["42803", "42P20"],
    cause: {
      fix: "remove it, and correct the declaration: an index is computed from one row alone",
    },
  },
  {
    states: ["42P16"],
    routines: ["CheckAttributeType"],
    cause: { fix: "correct the declaration: name each column of the row on its own" },
  },
  {
    states: ["42P18"],
    cause: { fix: "cast the constant to its type, such as 'x'::text" },
  },
  {
    states: ["42725"],
    cause: { fix: "cast the arguments: several functions or operators of that name fit" },
  },
  {
    states: ["42846"],
    cause: { fix: "cast by way of another type, or write a function of your own for it" },
  },
  {
    states: ["42939"],
    cause: { fix: "give the index another name: those that begin with pg_ are the server's own" },
  },
  {
    states: ["22023"],
    routines: ["tp_build_extract_options"],
    cause: {
      fix: 'write storageParameters: { text_config: "english" }, or another of pg_ts_config',
    },
  },
  { states: ["22023"], cause: { fix: "check the parameter's value" } },
  {
    states: ["22P02", "22007", "22008", "22003"],
    cause: { fix: "correct the constant: it is no value of the type it is compared with" },
  },
  {
    states: ["0A000"],
    routines: ["check_srf_call_placement"],
    cause: { fix: "remove that feature: an index has one entry a row; gin indexes what is in it" },
  },
  { states: ["0A000"], cause: { fix: "remove that feature" } },
  { states: ["42601"], cause: { fix: "check the fragment's syntax" } },
  { states: ["54000"], cause: { fix: "index less of the value: this is the method's limit" } },
  { states: ["54011"], cause: { fix: "remove some columns: this is PostgreSQL's limit" } },
  {
    states: ["42P01", "3F000"],
    cause: { fix: "qualify the names in the function's body with their schemas" },
  },
  {
    states: ["P0001"],
    cause: { fix: "an event trigger or a function of the declaration refuses it: ask its owner" },
  },
];

export function declarationCause(error: unknown): Cause | undefined {
  return causeIn(DECLARATION_ROWS, error);
}
