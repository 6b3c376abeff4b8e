import { setTimeout as sleep } from "node:timers/promises";
import { type BuildStall, plainBuildStall } from "./plainBuildProbe.ts";
import { ms, showTable, times } from "./resultTable.ts";
import type { Scene, Site } from "./scene.ts";
import type { Screen } from "./screen.ts";
import { queriesOf, type VerifiedIndexes } from "./stackOutputs.ts";
import type { SlowWrite } from "./writer.ts";

/** Long enough for the application to use the new indexes. */
const TRAFFIC_MS = 3_000;
/** Keeps the last measurement, by the server's clock, from missing a moment. */
const MARGIN_MS = 1_000;

/** Lets the application run against the new indexes, then measures again. */
export async function measureAgain({ stack }: Site, screen: Screen): Promise<VerifiedIndexes> {
  await screen.during("letting traffic use the indexes", () => sleep(TRAFFIC_MS));
  await stack.refresh();
  const verified = await stack.verification();
  showTable(
    screen,
    ["query", "plan", "before", "after", "ratio", "scans by traffic"],
    queriesOf(verified).map((query) => [
      query.name,
      query.planType ?? "",
      query.before ? ms(query.before.executionMs) : "",
      ms(query.executionMs),
      times(query.ratio),
      String(query.usage.trafficScans),
    ]),
  );
  return verified;
}

/**
 * Production must not get past a preview until staging has soaked long enough, and must be told
 * why.
 */
export async function isRefused({ stack }: Site): Promise<boolean> {
  const { exitCode, output } = await stack.preview();
  return exitCode !== 0 && /missing: it has soaked .* left/.test(output);
}

export async function isAllowed({ stack }: Site): Promise<boolean> {
  return (await stack.preview()).exitCode === 0;
}

/**
 * Shortens the soak to a time fit for a demonstration, and waits for it. What was measured at its
 * end proves it.
 */
export async function soak({ staging, production, screen }: Scene, seconds: number): Promise<void> {
  await production.stack.setConfig("pgindex:soak", `${seconds}s`);
  const since = Math.max(...(await staging.stack.validSince()));
  const wait = since + seconds * 1000 + MARGIN_MS - Date.now();
  await screen.during("letting the indexes soak in staging", () => sleep(Math.max(0, wait)));
  await staging.stack.refresh();
}

/** Production wants a backup before its first change, or a reason to go without one. */
export async function settleBackup({ production, backup }: Scene): Promise<void> {
  await production.stack.setConfig(...backup.config);
}

/** Measures what a plain CREATE INDEX on the messages costs the writer. */
export async function buildPlainly({ database }: Site, screen: Screen): Promise<BuildStall> {
  const { url, writer } = database;
  const plain = await screen.during("building the messages index without CONCURRENTLY", () =>
    plainBuildStall(url, writer),
  );
  screen.say(
    `  A plain CREATE INDEX on conversation_messages took ${plain.seconds.toFixed(1)} s, ` +
      `and a write waited ${ms(plain.longestStallMs)} for it. It has been dropped again.\n`,
  );
  return plain;
}

/** The number of parts into which a report divides the writes. */
const PARTS = 120;

/** What `pulumi up` cost the writer, also over time. */
export interface ConcurrentBuild extends BuildStall {
  readonly writes: readonly SlowWrite[];
}

/** Runs `pulumi up`, and measures what it costs the writer from start to finish. */
export async function buildConcurrently({ stack, database }: Site): Promise<ConcurrentBuild> {
  const { startedAt, endedAt } = await stack.up();
  const { byTable } = await database.writer.statsBetween(startedAt, endedAt);
  return {
    seconds: (endedAt - startedAt) / 1000,
    longestStallMs: byTable.conversation_messages.longestStallMs,
    writes: await database.writer.slowestBetween(startedAt, endedAt, PARTS),
  };
}
