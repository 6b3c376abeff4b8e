import { z } from "zod";
import { PgIndexError } from "../engine/errors/advice";
import { DEFAULT_SOAK, type WrittenDuration, writtenDuration } from "../engine/input/duration";
import { parseWith } from "../engine/input/parse";
import { badOptionAdvice } from "./healthMessages";

/** Options of {@link createMigrationHealth}. */
export interface MigrationHealthOptions {
  /**
   * What `pulumi stack export` prints: the path of the file, which is read afresh, or its parsed
   * content.
   */
  readonly state: string | object;
  /**
   * The state of the stack that went first, likewise: the live report's checklist compares with it.
   */
  readonly earlierState?: string | object;
  /** How long its indexes must have stood there. @default "24h" */
  readonly soak?: string;
  /** What a request must send as `Authorization: Bearer <token>`; at least 16 characters. */
  readonly token: string;
  /**
   * The database.
   * @default `DATABASE_URL`, else the `PG*` variables
   */
  readonly databaseUrl?: string;
  /**
   * Connect although a pooler answers in the server's place. Looking needs no session of its own.
   * @default false
   */
  readonly allowPooler?: boolean;
  /**
   * Seconds for which an answer is kept: the catalog is asked at most so often, however many ask.
   * @default 5
   */
  readonly cacheSeconds?: number;
  /**
   * Seconds for which the measurements of queries are kept. They run with EXPLAIN ANALYZE,
   * read-only and with their timeouts; 0 runs none.
   * @default 300
   */
  readonly measureSeconds?: number;
  /** Requests with the right token that one client may send in a second. @default 2000 */
  readonly requestsPerSecond?: number;
}

/** Options with nothing left to check. */
export type HealthSettings = Required<
  Pick<
    MigrationHealthOptions,
    "token" | "allowPooler" | "cacheSeconds" | "measureSeconds" | "requestsPerSecond"
  >
> & { readonly soak: WrittenDuration };

const SHORTEST_TOKEN = 16;

const settings = z.object({
  token: z
    .string(`is missing\u0001set a random token of at least ${SHORTEST_TOKEN} characters`)
    .min(
      SHORTEST_TOKEN,
      `is too short\u0001write at least ${SHORTEST_TOKEN} random characters: openssl rand -hex 32`,
    ),
  allowPooler: z.boolean().default(false),
  cacheSeconds: z.number().min(1).max(3600).default(5),
  measureSeconds: z.union([z.literal(0), z.number().min(10)]).default(300),
  requestsPerSecond: z.number().int().min(1).default(2000),
  soak: writtenDuration.prefault(DEFAULT_SOAK),
});

/** Throws {@link PgIndexError}, which never carries the token. */
export function healthSettings(
  options: Omit<MigrationHealthOptions, "state" | "earlierState">,
): HealthSettings {
  const parsed = parseWith(settings, options);
  if (parsed.kind === "ok") return parsed.value;
  const [problem] = parsed.kind === "problems" ? parsed.problems : [];
  throw new PgIndexError(badOptionAdvice(problem));
}
