// What each resource takes, from what checks it.
import { createRequire } from "node:module";
import { join } from "node:path";
import { ROOT } from "../documentFiles.ts";
import type { JsonSchema } from "./jsonSchema.ts";

const load = createRequire(join(ROOT, "providers", "pgindex", "package.json"));

/** The resources whose classes and arguments explain themselves. */
const NAMES = [
  ...["Index", "Verification", "PromotionGate", "Backup"],
  ...["DrizzleBaseline", "NodePgMigrateBaseline", "PrismaBaseline"],
];

export const DECLARED: readonly string[] = [
  "DrizzleFolderArgs",
  ...NAMES.flatMap((name) => [name, `${name}Args`]),
];

export interface Declared {
  readonly name: string;
  readonly inputs: Readonly<Record<string, JsonSchema>>;
  readonly required: readonly string[];
  /** Arguments that are set where a program leaves them out. */
  readonly always: readonly string[];
  /** By what those that are there can be listed. */
  readonly list?: Readonly<Record<string, JsonSchema>>;
  /** Those of which the state has less than the program says. */
  readonly unkept: readonly string[];
}

export function declared(): Declared[] {
  const baselines: Readonly<Record<string, { readonly args: unknown }>> = load(
    "./dist/provider/native/migrationFiles.js",
  ).BASELINES;
  return [
    index(),
    verification(),
    gate(),
    {
      ...resource("Backup", load("./dist/backup/backupArgs.js").backupSchema),
      unkept: ["indexes"],
    },
    ...Object.entries(baselines).map(([name, { args }]) => ({
      ...resource(name, args),
      unkept: ["folder", "schema", "ignorePattern", "indexes"],
    })),
  ];
}

/** Arguments that are no part of an index's definition have schemas of their own. */
function index(): Declared {
  const made = resource("Index", load("./dist/engine/declare/indexSchema.js").indexSchema);
  const inputs = { ...made.inputs, validateInPreview: { type: "boolean" }, serves: served() };
  const { FUNCTIONS } = load("./dist/provider/native/functions.js");
  const list = zodSchema(FUNCTIONS["pgindex:index:getIndexes"].args).properties;
  return { ...made, inputs, always: ["schema"], list };
}

/** Its `queries` are called `served` on the way. */
function verification(): Declared {
  const { verificationSchema } = load("./dist/engine/verify/verificationArgs.js");
  const made = resource("Verification", verificationSchema);
  const { queries: _, ...inputs } = made.inputs;
  const description = "The queries to measure: those that the index serves.";
  const required = made.required.filter((name) => name !== "queries");
  return { ...made, required, inputs: { ...inputs, served: { ...served(), description } } };
}

/** Only a program of Node.js reads the other stack itself. */
function gate(): Declared {
  const made = resource("PromotionGate", load("./dist/engine/promote/gateSchema.js").gateSchema);
  const { stack: _, unreadable: __, ...inputs } = made.inputs;
  return { ...made, inputs: { ...inputs, evidence: {} }, unkept: ["indexes", "evidence"] };
}

function resource(name: string, schema: unknown): Declared {
  const { properties = {}, required = [] } = zodSchema(schema);
  return { name, inputs: properties, required, always: [], unkept: [] };
}

function served(): JsonSchema {
  return zodSchema(load("./dist/engine/measure/servedQueries.js").servedQueriesSchema);
}

export function zodSchema(schema: unknown): JsonSchema {
  const { z } = load("zod");
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
}
