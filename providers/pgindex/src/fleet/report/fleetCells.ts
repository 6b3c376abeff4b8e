import { renderBytes } from "../../engine/text/render";
import { elapsed, number, times } from "../../report/valueFormats";
import { targetsOf } from "../rollout/status";
import type { FleetReport, ReportedQuery, ReportedTarget } from "./reportSchema";

type Wave = FleetReport["status"]["waves"][number];

/** The texts that page and Markdown have in common. */

export const DATABASES_HEAD = [
  "database",
  "wave",
  "server",
  "state",
  "index",
  "build",
  "size",
  "scans by traffic",
  "queries",
];

/** A row for each index of the target; the first four cells are those of the target. */
export function databaseRows({ target, wave, server, state, indexes }: ReportedTarget): string[][] {
  const place = [target, wave, server, state];
  if (indexes.length === 0) return [[...place, "", "", "", "", ""]];
  return indexes.map(({ index, valid, buildSeconds, sizeBytes, trafficScans, queries }) => [
    ...place,
    valid ? index : `${index}: not valid`,
    buildSeconds === null ? "adopted" : elapsed(buildSeconds),
    renderBytes(sizeBytes),
    trafficScans === null ? "" : number(trafficScans),
    queries.map(queryText).join("; "),
  ]);
}

function queryText({ name, planType, ratio }: ReportedQuery): string {
  return `${name}: ${planType ?? "not run"}${times(ratio)}`;
}

export const WAVES_HEAD = ["wave", "state", "done", "failed", "left out", "of"];

export function waveRow(wave: Wave): string[] {
  const { name, state, reason, targets } = wave;
  const why = reason === null || state === "passed" ? "" : `: ${reason}`;
  return [
    name,
    `${state}${why}`,
    ...[targets.done, targets.failed, targets.left, targetsOf(wave)].map(String),
  ];
}

/** `189 of 200 databases are done, 1 failed.` */
export function summaryOf({ status, targets }: FleetReport): string {
  const done = targets.filter(({ state }) => state === "done").length;
  const ended = status.endedAt ? `, ended ${status.endedAt}` : "";
  return (
    `${done} of ${targets.length} databases are done, ${status.failed.length} failed. ` +
    `Started ${status.startedAt}${ended}.`
  );
}
