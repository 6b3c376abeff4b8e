import { stripTypeScriptTypes } from "node:module";
import { expect, test } from "vitest";
import type {
  IndexDeclaration,
  KeyDeclaration,
} from "../../../providers/pgindex/src/import/declaration.ts";
import { renderTypeScript } from "../../../providers/pgindex/src/import/typescriptSource.ts";
import type { IndexArgs } from "../../../providers/pgindex/src/resources/indexes/indexArgs.ts";
import type { KeyArgs } from "../../../providers/pgindex/src/resources/indexes/keyArgs.ts";

const DECLARATIONS: readonly IndexDeclaration[] = [
  { table: "users", name: "users_email", columns: ["email"] },
  { schema: "app", table: "users", name: "users_email", columns: ["email"] },
  {
    schema: 'Odd "schema"',
    table: 'it\'s "both" \\ $x `y`\n\u2028',
    name: "everything",
    columns: [
      "a",
      { column: "b", order: "desc", nulls: "last", collation: "C" },
      {
        expression: `data ->> 'kind'::text || "Odd"`,
        operatorClass: { schema: "ext", name: "gist_trgm_ops" },
        operatorClassParameters: { siglen: 64, "odd-key": "x", flag: true },
        collation: { schema: "app", name: "german" },
        statistics: 500,
      },
    ],
    unique: true,
    nullsNotDistinct: true,
    include: ["a".repeat(40), "b".repeat(40), "c".repeat(40)],
    predicate: "a > 1",
    accessMethod: "gist",
    storageParameters: { fillfactor: 70, buffering: "auto", x: false, __proto: 1 },
    tablespace: "fast",
    comment: "two\nlines",
    constraint: "unique",
  },
];

/** The value of what an array was written as. */
function evaluateArray(text: string): unknown {
  const code = stripTypeScriptTypes(text).replace("export const indexes =", "return");
  return new Function(code)();
}

/** The arguments of every resource that is made, in their order. */
function evaluateResources(text: string): unknown {
  const made: unknown[] = [];
  class Index {
    constructor(...args: unknown[]) {
      made.push(args);
    }
  }
  new Function("pgindex", text.replace(/^import .*$/m, ""))({ Index });
  return made;
}

test("an array is, when run, the declarations", () => {
  expect(evaluateArray(renderTypeScript(DECLARATIONS, "array", ["a remark"]))).toEqual(
    DECLARATIONS,
  );
  expect(evaluateArray(renderTypeScript([], "array", []))).toEqual([]);
});

test("resources are, when run, the declarations, under names of their own", () => {
  const names = ["public.users_email", "app.users_email", "everything"];
  expect(evaluateResources(renderTypeScript(DECLARATIONS, "resources", []))).toEqual(
    DECLARATIONS.map((declaration, i) => [names[i], declaration]),
  );
});

test("a remark stays on its line", () => {
  const text = renderTypeScript([], "resources", ["a\nb\r\n  c", "d"]);
  expect(text).toMatch(/^\/\/ a b c\n\/\/ d\nimport /);
});

/** What can be written down and is no argument. */
type Unknown =
  | Exclude<keyof IndexDeclaration, keyof IndexArgs>
  | Exclude<keyof KeyDeclaration, keyof KeyArgs>;

test("both are of the types that a program has, as npm run check proves", () => {
  const args: readonly IndexArgs[] = DECLARATIONS;
  const known: [Unknown] extends [never] ? true : Unknown = true;
  expect([args.length, known]).toEqual([DECLARATIONS.length, true]);
});
