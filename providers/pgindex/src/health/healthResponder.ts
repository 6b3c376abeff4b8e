import { createHash, timingSafeEqual } from "node:crypto";
import { RateLimiterMemory } from "rate-limiter-flexible";
import type { HealthSettings } from "./options";

/** The parts of a request that matter. */
export interface HealthRequest {
  readonly method: string;
  /** The header `Authorization`. */
  readonly authorization?: string;
  /** The client's address, for rate limiting. */
  readonly client?: string;
}

export interface HealthResponse {
  readonly status: 200 | 401 | 405 | 429 | 503;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * How the token is sent. A browser can only prompt for a name and a password; that page accepts
 * Basic, and Bearer too.
 */
export type Scheme = "Bearer" | "Basic";

/** Answers a request. Never rejects. */
export type Responder = (request: HealthRequest) => Promise<HealthResponse>;

/** How many wrong tokens a client can send per minute. */
const GUESSES = 10;

export const COMMON_HEADERS = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};

const CHALLENGES: Readonly<Record<Scheme, string>> = {
  Bearer: "Bearer",
  Basic: 'Basic realm="pgindex: any name, and the token as the password", charset="UTF-8"',
};

/**
 * Creates functions that answer requests. Each checks the method, the token and the rate limit,
 * which they share, and only then does the work.
 */
export function responders({
  token,
  requestsPerSecond,
}: Pick<HealthSettings, "token" | "requestsPerSecond">) {
  const guesses = new RateLimiterMemory({ points: GUESSES, duration: 60 });
  const requests = new RateLimiterMemory({ points: requestsPerSecond, duration: 1 });
  const expected = digest(token);
  return (scheme: Scheme, answer: () => Promise<HealthResponse>): Responder =>
    async ({ method, authorization = "", client = "" }) => {
      if (method !== "GET" && method !== "HEAD")
        return refusal(405, "only GET and HEAD are supported", { allow: "GET, HEAD" });
      // Digests have the same length, and comparing them takes the same time wherever they differ.
      const isRight = timingSafeEqual(digest(tokenOf(authorization, scheme)), expected);
      const wait = await secondsToWait(isRight ? requests : guesses, client);
      if (wait > 0) return refusal(429, "too many requests", { "retry-after": String(wait) });
      if (!isRight) return refusal(401, ADVICE[scheme], { "www-authenticate": CHALLENGES[scheme] });
      const response = await answer();
      return method === "HEAD" ? { ...response, body: "" } : response;
    };
}

const ADVICE: Readonly<Record<Scheme, string>> = {
  Bearer: "send Authorization: Bearer <token>",
  Basic: "send the token: as the password, with any name, or as Authorization: Bearer <token>",
};

/** Empty if there is none; no token is that short. */
function tokenOf(authorization: string, scheme: Scheme): string {
  const bearer = /^Bearer (.*)$/s.exec(authorization)?.[1];
  if (bearer !== undefined || scheme === "Bearer") return bearer ?? "";
  const basic = /^basic +([\w+/=-]+)$/i.exec(authorization)?.[1] ?? "";
  const userAndPassword = Buffer.from(basic, "base64").toString("utf8");
  const colon = userAndPassword.indexOf(":");
  return colon < 0 ? "" : userAndPassword.slice(colon + 1);
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** 0 means it can proceed. */
async function secondsToWait(limiter: RateLimiterMemory, client: string): Promise<number> {
  try {
    await limiter.consume(client);
    return 0;
  } catch (refused) {
    const { msBeforeNext = 1000 } = refused as { msBeforeNext?: number };
    return Math.max(1, Math.ceil(msBeforeNext / 1000));
  }
}

/** A JSON response. */
export function json(
  status: HealthResponse["status"],
  content: object,
  headers: Readonly<Record<string, string>> = {},
): HealthResponse {
  const type = { "content-type": "application/json; charset=utf-8" };
  const body = `${JSON.stringify(content)}\n`;
  return { status, headers: { ...COMMON_HEADERS, ...type, ...headers }, body };
}

function refusal(
  status: HealthResponse["status"],
  error: string,
  headers: Readonly<Record<string, string>>,
): HealthResponse {
  return json(status, { error }, headers);
}
