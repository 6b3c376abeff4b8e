/** Of the server that every test shares, wherever it runs. */
export const SETTINGS = {
  max_connections: 200,
  max_prepared_transactions: 20,
  fsync: "off",
} as const;

export interface TestServer {
  /** A superuser's, of the database "postgres". */
  readonly url: string;
  /** For people: where it runs. */
  readonly kind: string;
  stop(): Promise<void>;
}

/** What global set-up hands to the tests. */
export interface ProvidedServer {
  readonly url: string;
  readonly version: string;
  /** `server_version_num` */
  readonly versionNumber: number;
}

declare module "vitest" {
  interface ProvidedContext {
    server: ProvidedServer;
  }
}
