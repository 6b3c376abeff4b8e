import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Phase } from "../many/phases.ts";
import { indexStatements, tableStatements, tablesOf } from "../many/programs.ts";
import { measuredCommand, type Ran } from "../support/measuredCommand.ts";
import type { ServerCounters } from "../support/serverCounters.ts";

const MODULE = join(import.meta.dirname, "pg-schema-diff");
const PACKAGE = "github.com/stripe/pg-schema-diff/cmd/pg-schema-diff";

/**
 * What pg-schema-diff takes to plan and to apply the same indexes, on tables that have none. It reads
 * the schema that is wanted from a temporary database of its own, whose statements are not counted.
 *
 * @see https://github.com/stripe/pg-schema-diff
 */
export async function pgSchemaDiff(
  url: string,
  counters: ServerCounters,
  indexes: number,
): Promise<Phase[]> {
  const folder = mkdtempSync(join(tmpdir(), "pgindex-rival-"));
  try {
    const binary = join(folder, "pg-schema-diff");
    const built = spawnSync("go", ["build", "-o", binary, PACKAGE], { cwd: MODULE });
    if (built.status !== 0) throw new Error(`it takes Go to build it: ${built.stderr ?? ""}`);
    const tables = tablesOf(indexes);
    const creates = tableStatements(tables).filter((sql) => sql.startsWith("CREATE TABLE"));
    const wanted = [...creates, ...indexStatements(tables)].join(";\n");
    mkdirSync(join(folder, "schema"));
    writeFileSync(join(folder, "schema", "schema.sql"), `${wanted};\n`);
    const of = ["--from-dsn", url, "--to-dir", join(folder, "schema")];
    const hazards = ["--allow-hazards", "INDEX_BUILD,ACQUIRES_SHARE_LOCK", "--skip-confirm-prompt"];
    return [
      await measured("pg-schema-diff plan", counters, () =>
        measuredCommand(binary, ["plan", ...of]),
      ),
      await measured("pg-schema-diff apply", counters, () =>
        measuredCommand(binary, ["apply", ...of, ...hazards]),
      ),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measured(
  name: string,
  counters: ServerCounters,
  command: () => Promise<Ran>,
): Promise<Phase> {
  await counters.start();
  const { text: _, ...ran } = await command();
  return { name, ...ran, server: await counters.stop() };
}
