import { expect, test } from "vitest";
import { referencesOf } from "../../../providers/pgindex/src/engine/reach/treeReferences.ts";

const kinds = (tree: string) => referencesOf(tree).map(({ kind, oid }) => `${kind} ${oid}`);

test.each([
  ["a function", "{FUNCEXPR :funcid 17000 :funcresulttype 17001 :args <>}", ["function 17000"]],
  [
    "a function of the server's own makes values of the type it is asked for",
    "{FUNCEXPR :funcid 3960 :funcresulttype 17001 :args <>}",
    ["function 3960", "type 17001"],
  ],
  [
    "an operator and its function",
    "{OPEXPR :opno 96 :opfuncid 65 :args ({VAR :varno 1 :vartype 23})}",
    ["operator 96", "function 65", "column 23"],
  ],
  [
    "a comparison of rows",
    "{ROWCOMPAREEXPR :opnos (o 97 664) :opfamilies (o 1976)}",
    ["operator 97", "operator 664"],
  ],
  [
    "an aggregate, its order and what it ignores",
    "{AGGREF :aggfnoid 2108 :aggorder ({SORTGROUPCLAUSE :eqop 96 :sortop 97 :nulls_first false})}",
    ["function 2108", "operator 96", "operator 97"],
  ],
  ["a table", "{RANGETBLENTRY :rtekind 0 :relid 16400 :relkind v}", ["relation 16400"]],
  [
    "a name that looks like a field, and brackets in names",
    '{ALIAS :aliasname \\{OPEXPR :colnames (":funcid" a\\)\\ :opno)} {COERCETODOMAIN :resulttype 17002}',
    ["type 17002"],
  ],
  ["nothing where no OID is set", "{OPEXPR :opno 0 :opfuncid 0}", []],
])("%s", (_title, tree, expected) => {
  expect(kinds(tree)).toEqual(expected);
});
