import type { IncomingMessage, ServerResponse } from "node:http";
import type { MigrationHealth } from "./healthAnswer";
import type { HealthProbe } from "./healthProbe";
import { type HealthRequest, json, type Responder, responders } from "./healthResponder";
import { livePage, type Rollout } from "./livePage";
import type { HealthSettings } from "./options";

/** Handlers for each kind of server. */
export interface HealthHandlers {
  /** For `node:http` and Express: `app.get("/api/admin/migration-health", health.node)`. */
  readonly node: (request: IncomingMessage, response: ServerResponse) => void;
  /**
   * For everything that speaks Fetch (Hono, Bun, Deno, Next): `app.get(path, (c) =>
   * health.fetch(c.req.raw))`.
   */
  readonly fetch: (request: Request) => Promise<Response>;
  /** For Fastify: `app.get(path, health.fastify)`. */
  readonly fastify: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
  /** For any other server. */
  readonly respond: Responder;
}

/** Answers `/api/admin/migration-health` in your own server. */
export interface MigrationHealthEndpoint extends HealthHandlers {
  /**
   * The page written by `pgindex report`, live: `app.get("/api/admin/migration-health/report",
   * health.report.node)`.
   */
  readonly report: HealthHandlers;
  /** The health itself, without a request, at most `cacheSeconds` old. */
  readonly current: () => Promise<MigrationHealth>;
  /**
   * Resolves once none of our statements is running any longer. Between reads, no connection stays
   * open.
   */
  readonly close: () => Promise<void>;
}

interface FastifyRequest {
  readonly raw: IncomingMessage;
}

interface FastifyReply {
  hijack(): unknown;
  readonly raw: ServerResponse;
}

/** The endpoint for an existing probe. */
export function endpointOf(
  probe: HealthProbe,
  settings: HealthSettings,
  rollout: Rollout,
): MigrationHealthEndpoint {
  const responderOf = responders(settings);
  const answer = async () => {
    const { health } = await probe.current();
    return json(health.status === "failing" ? 503 : 200, health);
  };
  return {
    ...handlersOf(responderOf("Bearer", answer)),
    report: handlersOf(responderOf("Basic", livePage(probe, rollout))),
    current: async () => (await probe.current()).health,
    close: () => probe.idle(),
  };
}

/** The same answer for each kind of server. */
export function handlersOf(respond: Responder): HealthHandlers {
  const node = async (request: IncomingMessage, response: ServerResponse) => {
    const { status, headers, body } = await respond(fromNode(request));
    response.writeHead(status, headers).end(body);
  };
  return {
    respond,
    node: (request, response) => void node(request, response),
    fetch: async (request) => {
      const authorization = request.headers.get("authorization") ?? undefined;
      const { status, headers, body } = await respond({ method: request.method, authorization });
      return new Response(body, { status, headers });
    },
    fastify: async (request, reply) => {
      reply.hijack();
      await node(request.raw, reply.raw);
    },
  };
}

function fromNode({ method = "GET", headers, socket }: IncomingMessage): HealthRequest {
  return { method, authorization: headers.authorization, client: socket.remoteAddress };
}
