import type { WrittenDuration } from "../engine/input/duration";
import { POLICY } from "../report/page/htmlDocument";
import { toPage } from "../report/page/htmlPage";
import { toReport } from "../report/toReport";
import type { HealthProbe, HealthReading } from "./healthProbe";
import { COMMON_HEADERS, type HealthResponse, json } from "./healthResponder";
import type { FollowedStack } from "./stackStateSource";

/** What a rollout report is judged by, besides the stack and its database. */
export interface Rollout {
  /** The stack that went first. */
  readonly earlier?: FollowedStack;
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

/** A page as a response. */
export function page(status: HealthResponse["status"], body: string): HealthResponse {
  return { status, headers: HEADERS, body };
}

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
    const problem = status?.indexes.length ? undefined : (health.problem ?? undefined);
    const first = (await earlier?.current())?.state;
    const body = toPage(toReport({ state, earlier: first, status, problem, soak, now }));
    return page(health.status === "failing" ? 503 : 200, body);
  } catch {
    // Somebody edited this state by hand. The error may quote it, and is not for everybody to see.
    return json(503, {
      error: "this state cannot be shown as a page: run pgindex report to see why",
    });
  }
}
