import { execFile } from "node:child_process";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { runTool, type ToolRun } from "./tool.ts";

const TOOL = join(import.meta.dirname, "../../../tools/prisma");

export const TABLES = "20260101000000_tables";
export const INDEXES = "20260102000000_indexes";
export const LATER = "20260103000000_later";

const SQL: Readonly<Record<string, string>> = {
  [TABLES]: `-- CreateTable
CREATE TABLE "Order" ("id" BIGINT NOT NULL, "status" TEXT, "placedAt" TIMESTAMPTZ,
  CONSTRAINT "Order_pkey" PRIMARY KEY ("id"));
`,
  [INDEXES]: `-- CreateIndex
CREATE INDEX "Order_status_placedAt_idx" ON "Order"("status", "placedAt" DESC);

-- CreateIndex
CREATE UNIQUE INDEX "Order_placedAt_key" ON "Order"("placedAt");
`,
  [LATER]: `-- AlterTable
ALTER TABLE "Order" ADD COLUMN "note" TEXT;
`,
};

const SCHEMA = `datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}
`;

/**
 * Its own engine instead of a binary that it would download. Neither its pool nor the engine ends
 * the clock for the lock, ten seconds, once it has it: its process would last that much longer than
 * its work.
 */
const CONFIG = `
import { PrismaPg } from ${JSON.stringify(join(TOOL, "node_modules/@prisma/adapter-pg/dist/index.mjs"))};
const start = globalThis.setTimeout;
globalThis.setTimeout = (work, ms, ...rest) => {
  const timer = start(work, ms, ...rest);
  return ms === 10_000 ? timer.unref() : timer;
};
const url = new URL(process.env.DATABASE_URL);
const schema = url.searchParams.get("schema") ?? undefined;
url.searchParams.delete("schema");
const options = schema && \`-c search_path=\${schema}\`;
const pool = { connectionString: url.href, options, allowExitOnIdle: true };
export default {
  experimental: { adapter: true },
  engine: "js",
  schema: "prisma/schema.prisma",
  adapter: async () => new PrismaPg(pool, { schema }),
};
`;

/**
 * A project of a user of Prisma, with the tool installed. Its temporary folder is the caller's to
 * remove.
 */
export async function createProject(): Promise<{ readonly root: string; readonly folder: string }> {
  await promisify(execFile)(process.execPath, [join(TOOL, "install.mjs")]);
  const root = await mkdtemp(join(tmpdir(), "pgindex-prisma-"));
  const folder = join(root, "prisma", "migrations");
  for (const [name, sql] of Object.entries(SQL)) {
    await mkdir(join(folder, name), { recursive: true });
    await writeFile(join(folder, name, "migration.sql"), sql);
  }
  await writeFile(join(folder, "migration_lock.toml"), 'provider = "postgresql"\n');
  await writeFile(join(root, "prisma", "schema.prisma"), SCHEMA);
  await writeFile(join(root, "prisma.config.mjs"), CONFIG);
  return { root, folder };
}

/** The real tool: `prisma migrate …`. */
export function migrate(root: string, url: string, ...args: readonly string[]): Promise<ToolRun> {
  const program = join(TOOL, "node_modules/prisma/build/index.js");
  // It looks for the engine of its queries before anything else, and would download it; migrations
  // need none.
  const env = { PRISMA_QUERY_ENGINE_LIBRARY: program, CHECKPOINT_DISABLE: "1" };
  return runTool(program, ["migrate", ...args], { url, cwd: root, env });
}
