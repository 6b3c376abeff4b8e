import { PgIndexError } from "../engine/errors/advice";
import type { WrittenDuration } from "../engine/input/duration";
import { POLICY, toPage } from "../report/page/htmlPage";
import { loadPlotLibrary } from "../report/plots/plotLibrary";
import { toReport } from "../report/toReport";
import type { StackState } from "../status/stackState";
import type { HealthProbe, HealthReading } from "./healthProbe";
import { COMMON_HEADERS, type HealthResponse, json } from "./healthResponder";

/** What a rollout report is judged by, besides the stack and its database. */
export interface Rollout {
  /** The stack that went first. */
  readonly earlier?: StackState;
  readonly soak: WrittenDuration;
}

const HEADERS = {
  ...COMMON_HEADERS,
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": [
    POLICY,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/** The report page for the latest reading, drawn once per reading. Never rejects. */
export function livePage(probe: HealthProbe, rollout: Rollout): () => Promise<HealthResponse> {
  let drawn: { readonly of: HealthReading; readonly answer: Promise<HealthResponse> } | undefined;
  return async () => {
    const latest = await probe.current();
    if (drawn?.of !== latest) drawn = { of: latest, answer: draw(latest, rollout) };
    return drawn.answer;
  };
}

async function draw(
  { health, state, status }: HealthReading,
  { earlier, soak }: Rollout,
): Promise<HealthResponse> {
  try {
    const now = new Date(health.checkedAt);
    const problem = health.problem ?? undefined;
    const report = toReport({ state, earlier, status, problem, soak, now });
    const body = toPage(report, await loadPlotLibrary());
    return { status: health.status === "failing" ? 503 : 200, headers: HEADERS, body };
  } catch (error) {
    if (error instanceof PgIndexError) return json(501, { error: error.message });
    // Somebody edited this state by hand. The error may quote it, and is not for everybody to see.
    return json(503, {
      error: "this state cannot be shown as a page: run pgindex report to see why",
    });
  }
}
