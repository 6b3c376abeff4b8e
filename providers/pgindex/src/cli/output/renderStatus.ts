import { oneLine } from "../../engine/text/printable";
import { renderBytes, renderElapsed } from "../../engine/text/render";
import type { DestroyForecast } from "../../status/destroyForecast";
import type { IndexStatus, StackStatus } from "../../status/indexStatus";
import type { Build } from "../../status/runningBuilds";
import { type Io, plain, type Style } from "../commandIo";
import { renderTable } from "./table";

/** What a destroy would do with an index. */
export interface Forecast extends DestroyForecast {
  readonly urn: string;
  readonly index: string;
}

const HEAD = ["index", "state", "size", "scans", "last used", "plan"];

/** More rows than a person reads. */
const MOST = 50;

export function renderStatus(
  { stack, indexes, builds, destroy }: StackStatus & { readonly destroy: readonly Forecast[] },
  io: Pick<Io, "paint" | "width">,
): string {
  if (indexes.length === 0) return `The stack ${stack || "(no name)"} has no indexes yet.\n`;
  const inOrder =
    indexes.length > MOST ? indexes.toSorted((a, b) => oddity(b) - oddity(a)) : indexes;
  const rows = inOrder.slice(0, MOST).map((index) => renderRow(index, io));
  const drift = indexes.flatMap(({ schema, name, drift, warnings }) =>
    [...(drift ? [drift] : []), ...warnings].map((text) => `${schema}.${name}: ${text}`),
  );
  const lines = [
    ...counted(inOrder, ({ state }) => state),
    ...drift.slice(0, MOST).map(oneLine),
    ...counted(drift, () => "such lines"),
    ...builds.map(renderBuild),
    ...destroy.slice(0, MOST).map(renderForecast),
    ...counted(destroy, ({ does }) => FORECASTS[does].replace("pulumi destroy", "it")),
  ];
  return `${[renderTable(HEAD, rows, io), ...lines].join("\n")}\n`;
}

/** What has to be looked at comes first. */
function oddity({ state, drift, warnings }: IndexStatus): number {
  return (state === "valid" ? 0 : 2) + (drift || warnings.length > 0 ? 1 : 0);
}

/** Of what is not shown, how many there are of each kind. */
function counted<T>(all: readonly T[], kindOf: (each: T) => string): string[] {
  const rest = Map.groupBy(all.slice(MOST), kindOf);
  const kinds = [...rest].map(([kind, of]) => `${of.length.toLocaleString("en-US")} ${kind}`);
  return kinds.length > 0 ? [`and more: ${kinds.join(", ")} (pgindex status --json has all)`] : [];
}

const FORECASTS = {
  drop: "pulumi destroy would drop",
  keep: "pulumi destroy would keep",
  refuse: "pulumi destroy would refuse",
  nothing: "pulumi destroy would find nothing of",
};

function renderForecast({ index, does, text, hazards = [] }: Forecast): string {
  const lost = hazards.map(({ code, message }) => oneLine(`  ${code}: ${message}`));
  return [oneLine(`${FORECASTS[does]} ${index}: ${text}`), ...lost].join("\n");
}

const STYLES: Readonly<Record<string, Style>> = { valid: "green", building: "yellow" };

function renderRow(index: IndexStatus, { paint = plain }: Pick<Io, "paint">): string[] {
  const { schema, name, state, sizeBytes, scans, lastScan, plans } = index;
  return [
    oneLine(`${schema}.${name}`),
    paint(STYLES[state] ?? "red", state),
    sizeBytes === null ? "" : renderBytes(sizeBytes),
    scans === null ? "" : scans.toLocaleString("en-US"),
    lastScan?.replace(/\.\d+Z$/, "Z") ?? "",
    plans
      .map(({ query, planType, usesIndex }) =>
        oneLine(`${query}: ${planType ?? "not run"}${usesIndex ? "" : " (not this index)"}`),
      )
      .join("\n"),
  ];
}

function renderBuild({ pid, index, table, seconds, progress }: Build): string {
  const what = index ?? table ?? "an index of another role";
  const phase = progress.phase ?? "phase not visible";
  return oneLine(`pid ${pid} builds ${what}: ${phase}, ${renderElapsed(seconds * 1000)}`);
}
