import { createHash, timingSafeEqual } from "node:crypto";
import { RateLimiterMemory } from "rate-limiter-flexible";
import type { MigrationHealth } from "./answer";
import type { HealthSettings } from "./options";

/** What of a request matters. */
export interface HealthRequest {
  readonly method: string;
  /** The header `Authorization`. */
  readonly authorization?: string;
  /** Address of the client, for the rate limit. */
  readonly client?: string;
}

export interface HealthResponse {
  readonly status: 200 | 401 | 405 | 429 | 503;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Wrong tokens that one client may send in a minute. */
const GUESSES = 10;

const HEADERS = {
  "content-type": "application/json; charset=utf-8",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};

/** Makes the function that answers a request: method, token, rate, and only then the database's health. */
export function responder(
  { token, requestsPerSecond }: Pick<HealthSettings, "token" | "requestsPerSecond">,
  current: () => Promise<MigrationHealth>,
): (request: HealthRequest) => Promise<HealthResponse> {
  const guesses = new RateLimiterMemory({ points: GUESSES, duration: 60 });
  const requests = new RateLimiterMemory({ points: requestsPerSecond, duration: 1 });
  const expected = digest(`Bearer ${token}`);
  return async ({ method, authorization = "", client = "" }) => {
    if (method !== "GET" && method !== "HEAD")
      return refusal(405, "only GET is answered", { allow: "GET, HEAD" });
    // Digests are of one length, and comparing them takes as long wherever they differ.
    const isRight = timingSafeEqual(digest(authorization), expected);
    const wait = await secondsToWait(isRight ? requests : guesses, client);
    if (wait > 0) return refusal(429, "too many requests", { "retry-after": String(wait) });
    if (!isRight)
      return refusal(401, "send Authorization: Bearer <token>", { "www-authenticate": "Bearer" });
    const health = await current();
    const body = method === "HEAD" ? "" : `${JSON.stringify(health)}\n`;
    return { status: health.status === "failing" ? 503 : 200, headers: HEADERS, body };
  };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** 0: it may go on. */
async function secondsToWait(limiter: RateLimiterMemory, client: string): Promise<number> {
  try {
    await limiter.consume(client);
    return 0;
  } catch (refused) {
    const { msBeforeNext = 1000 } = refused as { msBeforeNext?: number };
    return Math.max(1, Math.ceil(msBeforeNext / 1000));
  }
}

function refusal(
  status: HealthResponse["status"],
  error: string,
  headers: Readonly<Record<string, string>>,
): HealthResponse {
  const body = `${JSON.stringify({ error })}\n`;
  return { status, headers: { ...HEADERS, ...headers }, body };
}
