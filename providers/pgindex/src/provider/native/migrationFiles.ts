import { z } from "zod";
import { baselineInputs } from "../../baseline/baselineInputs";
import { readDrizzleBaseline } from "../../baseline/drizzle/drizzleMigration";
import { readNodePgMigrateBaseline } from "../../baseline/nodePgMigrate/nodePgMigrateMigration";
import { readPrismaBaseline } from "../../baseline/prisma/prismaMigration";
import { identifier, indexSchema } from "../../engine/declare/indexSchema";
import { loadParser } from "../../engine/input/expression";
import { parseWith } from "../../engine/input/parse";
import type { Checked } from "../contract";
import { toFailure, toFailures } from "../inputs";

const text = z.string();
const migration = { migration: text, folder: text.optional() };
const table = { migrationsSchema: identifier.optional(), migrationsTable: identifier.optional() };

const fromFiles = <A extends z.ZodObject>(
  args: A,
  read: (args: z.output<A>) => Parameters<typeof baselineInputs>[0],
) => ({ args, read: (raw: unknown) => baselineInputs(read(raw as z.output<A>)) });

/** The baselines as programs declare them that cannot read a migration's files themselves. */
export const BASELINES = {
  DrizzleBaseline: fromFiles(z.strictObject({ ...migration, ...table }), readDrizzleBaseline),
  NodePgMigrateBaseline: fromFiles(
    z.strictObject({
      ...migration,
      ...table,
      schema: text.optional(),
      indexes: z.array(indexSchema).optional(),
      ignorePattern: text.optional(),
      checkOrder: z.boolean().optional(),
    }),
    readNodePgMigrateBaseline,
  ),
  PrismaBaseline: fromFiles(
    z.strictObject({ ...migration, schema: text.optional() }),
    readPrismaBaseline,
  ),
};

type Properties = Readonly<Record<string, unknown>>;

/** What the classes for Node.js have read already, of which each baseline has some. */
const READ = ["hash", "checksum", "earlier"];

/** A baseline with what its migration's files say; anything else as it is. */
export async function readMigration(
  type: string,
  news: Properties,
): Promise<Checked | { news: Properties }> {
  const [, baseline] =
    Object.entries(BASELINES).find(([name]) => type === `pgindex:index:${name}`) ?? [];
  if (!baseline || READ.some((name) => Object.hasOwn(news, name))) return { news };
  await loadParser();
  const parsed = parseWith(baseline.args, news);
  if (parsed.kind === "unknown") return { inputs: news };
  if (parsed.kind === "problems") return { inputs: news, failures: toFailures(parsed.problems) };
  try {
    return { news: baseline.read(news) };
  } catch (error) {
    return { inputs: news, failures: [toFailure(error)] };
  }
}
