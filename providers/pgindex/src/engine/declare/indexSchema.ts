import { z } from "zod";
import { hazardPolicy } from "../hazards/policySchema";
import { checkExpression } from "../input/expression";
import { BESIDE_OTHER_PROBLEMS, issueMessage } from "../input/parse";
import { MAX_IDENTIFIER_BYTES } from "../text/sql";
import { buildSettings } from "./buildSettings";
import { patienceArgs } from "./patienceArgs";

/** A PostgreSQL identifier as the catalog stores it, unquoted. @internal */
export const identifier = z.string().superRefine((name, ctx) => {
  const bytes = Buffer.byteLength(name, "utf8");
  if (name === "")
    ctx.addIssue(issueMessage("is empty", "write the name as it stands in the catalog"));
  if (name.includes("\0")) ctx.addIssue(issueMessage("contains a NUL character", "remove it"));
  if (bytes > MAX_IDENTIFIER_BYTES) {
    ctx.addIssue(
      issueMessage(
        `is ${bytes} bytes long, and PostgreSQL cuts names at ${MAX_IDENTIFIER_BYTES} bytes`,
        `shorten it by ${bytes - MAX_IDENTIFIER_BYTES} bytes ` +
          "(a character outside ASCII takes two to four)",
      ),
    );
  }
});

const objectName = z.union(
  [
    identifier.transform((name) => ({ name })),
    z.strictObject({ schema: identifier.optional(), name: identifier }),
  ],
  issueMessage("is neither a name nor an object", 'write "name" or { schema: "…", name: "…" }'),
);

const expression = z.string().superRefine((text, ctx) => {
  const found = checkExpression(text);
  if (found) ctx.addIssue(issueMessage(found.message, found.fix));
});

/** Storage and operator-class parameters: PostgreSQL stores every value as text. */
const parameters = z.record(
  identifier,
  z
    .union(
      [z.string(), z.number(), z.boolean()],
      issueMessage("is not a valid parameter value", "write a string, a number or a boolean"),
    )
    .transform(String),
);

const keyObject = z
  .strictObject({
    column: identifier.optional(),
    expression: expression.optional(),
    collation: objectName.optional(),
    operatorClass: objectName.optional(),
    operatorClassParameters: parameters.default({}),
    order: z.enum(["asc", "desc"]).optional(),
    nulls: z.enum(["first", "last"]).optional(),
    statistics: z.number().int().min(0).max(10_000).optional(),
  })
  .superRefine((key, ctx) => {
    if ((key.column === undefined) === (key.expression === undefined)) {
      ctx.addIssue(
        issueMessage(
          "needs exactly one of column and expression",
          'write { column: "…" } or { expression: "…" }',
        ),
      );
    }
    if (Object.keys(key.operatorClassParameters ?? {}).length > 0 && !key.operatorClass) {
      ctx.addIssue(
        issueMessage(
          "has operatorClassParameters but no operatorClass",
          "name the operator class that takes them",
        ),
      );
    }
  }, BESIDE_OTHER_PROBLEMS);

const key = z.union(
  [identifier.transform((column) => ({ column, operatorClassParameters: {} })), keyObject],
  issueMessage("is neither a column nor an object", 'write "column" or { expression: "…" }'),
);

/**
 * PostgreSQL's limit on keys and INCLUDE columns together (INDEX_MAX_KEYS, error 54011).
 */
const MAX_COLUMNS = 32;

/**
 * The arguments of an `Index`, with defaults filled in. What only the server can check is checked
 * later, on a clone of the table.
 *
 * @internal
 */
export const indexSchema = z
  .strictObject({
    schema: identifier.default("public"),
    table: identifier,
    name: identifier,
    columns: z
      .array(key)
      .min(1, issueMessage("is empty", "name at least one column or expression")),
    unique: z.boolean().default(false),
    nullsNotDistinct: z.boolean().default(false),
    include: z.array(identifier).default([]),
    predicate: expression.optional(),
    accessMethod: identifier.default("btree"),
    storageParameters: parameters.default({}),
    tablespace: identifier.optional(),
    comment: z
      .string()
      .refine((text) => !text.includes("\0"), issueMessage("contains a NUL character", "remove it"))
      .optional(),
    constraint: z.enum(["unique", "primaryKey"]).optional(),
    searchPath: z.array(identifier).optional(),
    rebuildWhen: z
      .strictObject({
        trigger: z.string().optional(),
        bloatRatio: z
          .number()
          .gt(1, issueMessage("must be above 1", "2 is twice the size after the build"))
          .optional(),
      })
      .optional(),
    invalidLeftover: z.enum(["rebuild", "rebuildAny", "refuse"]).default("rebuild"),
    dropOnDestroy: z.boolean().optional(),
    takeOverFrom: z
      .string()
      .regex(
        /^[^/]+\/[^/]+$/,
        issueMessage("is not a project and a stack", 'write both, such as "app/production"'),
      )
      .optional(),
    buildSettings: buildSettings.optional(),
    hazards: hazardPolicy.optional(),
    ...patienceArgs,
  })
  .superRefine((index, ctx) => {
    if (lengthOf(index.columns) + lengthOf(index.include) > MAX_COLUMNS) {
      ctx.addIssue({
        code: "custom",
        path: ["columns"],
        message: issueMessage(
          `has more than ${MAX_COLUMNS} entries, counting include`,
          "remove some: this is PostgreSQL's limit",
        ),
      });
    }
    if (index.nullsNotDistinct === true && !index.unique && index.constraint === undefined) {
      ctx.addIssue({
        code: "custom",
        path: ["nullsNotDistinct"],
        message: issueMessage(
          "has no meaning without unique",
          'add unique: true or constraint: "unique", or remove it',
        ),
      });
    }
    for (const message of constraintProblems(index)) {
      ctx.addIssue({ code: "custom", path: ["constraint"], message });
    }
  }, BESIDE_OTHER_PROBLEMS);

/** Why the index cannot back its constraint (ADD CONSTRAINT … USING INDEX); empty if it can. */
function constraintProblems(index: {
  readonly constraint?: string;
  readonly nullsNotDistinct?: boolean;
  readonly predicate?: string;
  readonly accessMethod: string;
  readonly columns: readonly object[];
}): string[] {
  if (index.constraint === undefined) return [];
  const plain = "declare a unique index without constraint";
  const isPlainKey = (key: object) =>
    !("expression" in key && key.expression !== undefined) &&
    !("order" in key && key.order === "desc") &&
    !("nulls" in key && key.nulls !== undefined);
  const keys = Array.isArray(index.columns) ? index.columns : [];
  const isNullable = index.constraint === "primaryKey" && index.nullsNotDistinct === true;
  const noNulls = "remove nullsNotDistinct: a primary key holds no nulls";
  return [
    ...(isNullable ? [issueMessage("cannot be primaryKey with nullsNotDistinct", noNulls)] : []),
    ...(index.predicate === undefined
      ? []
      : [issueMessage("cannot be combined with a predicate", plain)]),
    ...(index.accessMethod === "btree" ? [] : [issueMessage("needs accessMethod btree", plain)]),
    ...(keys.every(isPlainKey)
      ? []
      : [issueMessage("needs plain columns in the default order", plain)]),
  ];
}

/** 0 for a value that is not an array: these checks also run on invalid input. */
function lengthOf(value: unknown): number {
  return Array.isArray(value) ? value.length : 0;
}

/** @internal */
export type ParsedIndex = z.output<typeof indexSchema>;
