import { createHash, timingSafeEqual } from "node:crypto";
import { RateLimiterMemory } from "rate-limiter-flexible";
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
  readonly status: 200 | 401 | 405 | 429 | 501 | 503;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * How the token comes. A browser can be asked for a name and a password only: it then sends Basic,
 * and may send Bearer too.
 */
export type Scheme = "Bearer" | "Basic";

/** Answers a request. Never rejects. */
export type Responder = (request: HealthRequest) => Promise<HealthResponse>;

/** Wrong tokens that one client may send in a minute. */
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
 * Makes functions that answer a request: method, token, rate, which they share, and only then what
 * was asked for.
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
        return refusal(405, "only GET is answered", { allow: "GET, HEAD" });
      // Digests are of one length, and comparing them takes as long wherever they differ.
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

/** Empty where there is none: no token is as short. */
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

/** An answer in JSON. */
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
