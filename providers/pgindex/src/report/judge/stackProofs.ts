import { renderBytes, renderElapsed } from "../../engine/text/render";
import type { Proof, ReportedStack } from "../reportModel";
import { instant, number } from "../valueFormats";

/** When the first index of a stack was ready; undefined if it has built none. */
export function firstBuild({ indexes }: ReportedStack): string | undefined {
  return indexes
    .flatMap(({ builtAt }) => builtAt ?? [])
    .sort()
    .at(0);
}

/** Proves that a backup began before the first index was ready. */
export function backedUp(stack: ReportedStack, reasonWithout?: string): Proof[] {
  const { backups } = stack;
  if (reasonWithout && backups.length === 0)
    return [{ isMet: true, text: `not asked: ${reasonWithout}` }];
  if (backups.length === 0)
    return [{ isMet: false, text: "the stack takes no backup: declare a Backup" }];
  const built = firstBuild(stack);
  return backups.map(({ takenAt, seconds, tool, file, sizeBytes, entries }) => {
    const isMet = built === undefined || takenAt < built;
    const when = isMet ? "" : `, after the first build (${instant(built)})`;
    const size = sizeBytes == null ? "" : `, ${renderBytes(sizeBytes)}`;
    const listed = entries == null ? "" : `, ${number(entries)} entries read back`;
    const took = renderElapsed(seconds * 1000);
    const to = file ? ` to ${file}` : "";
    const text = `${instant(takenAt)}${when}, by ${tool} in ${took}${to}${size}${listed}`;
    return { isMet, text };
  });
}

/** Proves that the migration tool knows of the migration. */
export function recorded({ baselines }: ReportedStack): Proof[] {
  if (baselines.length === 0) {
    const text =
      "the stack does not mark the migration as applied: declare a baseline " +
      "(DrizzleMigrations, NodePgMigrateBaseline, PrismaBaseline), or its tool would run it again";
    return [{ isMet: false, text }];
  }
  return baselines.map(({ migration, migrationsSchema, migrationsTable }) => {
    const where = `${migrationsSchema}.${migrationsTable}`;
    return { isMet: true, text: `migration ${migration} is recorded as applied in ${where}` };
  });
}
