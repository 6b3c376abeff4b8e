import { type Hazard, hazard } from "../../hazards/hazard";
import { type Step, sqlsOf } from "../../plan/step";
import { renderBytes, renderElapsed } from "../../text/render";
import type { ServerState, Standby } from "./serverState";

const LAG_SECONDS = 60;
const LAG_BYTES = 1024 ** 3;

/** Standbys that have not replayed what there is. */
export function laggingStandbys({ standbys }: ServerState): Hazard[] {
  return standbys.filter(isLate).map(({ name, lagBytes, lagSeconds }) => {
    const time = lagSeconds === null ? "" : `, ${renderElapsed(lagSeconds * 1000)}`;
    return hazard("replica-lag", {
      object: name ?? "a standby",
      message:
        `the standby ${name} lags by ${renderBytes(lagBytes ?? 0)}${time}, ` +
        "and a build adds about the size of its index to what it has to replay",
      fix: "wait until it has caught up (pg_stat_replication)",
    });
  });
}

function isLate({ lagSeconds, lagBytes }: Standby): boolean {
  return (lagSeconds ?? 0) >= LAG_SECONDS || (lagBytes ?? 0) >= LAG_BYTES;
}

/** Locks that a standby replays; how long it waits for queries is a setting of its own. */
export function cancelsOnStandbys(
  { standbys }: ServerState,
  steps: readonly Step[],
  object: string,
): Hazard[] {
  const [first] = steps.filter(isReplayed);
  if (!first || standbys.length === 0) return [];
  const names = standbys.map(({ name }) => name ?? "of a hidden name").join(", ");
  return [
    hazard("standby-cancels", {
      object,
      message:
        `${standbys.length === 1 ? "a standby" : `${standbys.length} standbys`} (${names}) ` +
        `will replay the lock of ${sqlsOf(first).at(-1)}: each waits for its queries that use the ` +
        "relation for as long as its own max_standby_streaming_delay (not seen from here; 30 s " +
        "if not set), then cancels them",
    }),
  ];
}

/** Of the locks, only ACCESS EXCLUSIVE is in the WAL; a drop and a rebuild end with it. */
function isReplayed(step: Step): boolean {
  if (step.kind === "alter") return step.stops?.mode === "ACCESS EXCLUSIVE";
  return step.kind === "drop" || step.kind === "reindex";
}
