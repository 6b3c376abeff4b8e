import * as pulumi from "@pulumi/pulumi";

/** Arguments of a {@link Connection}. */
export interface ConnectionArgs {
  /**
   * A PostgreSQL URL: `postgresql://user:password@host:5432/database?sslmode=require`. Kept as a
   * secret. It means what it means to libpq
   * (https://www.postgresql.org/docs/current/libpq-connect.html), `sslmode`, `sslrootcert`,
   * `service` and lists of hosts included; without `sslmode` the connection is encrypted when the
   * server can.
   *
   * Without a URL, `DATABASE_URL` is read where the build runs, and no URL is kept at all. The
   * option `{ envVarMappings: { BILLING_URL: "DATABASE_URL" } }` gives each Connection a variable
   * of its own.
   * @default `pgindex:databaseUrl` of the stack, else `DATABASE_URL`, else the `PG*` variables
   */
  readonly url?: pulumi.Input<string>;
  /**
   * URLs of standbys, by a name for messages: `{ eu: config.requireSecret("euUrl") }`. Kept as a
   * secret. Each server counts its own scans, so a `Verification` adds theirs up; one that does not
   * answer is warned of, and nothing is called unused then.
   * @default none; for the stack's `pgindex:databaseUrl`, `pgindex:replicas` of the stack, a JSON
   * object
   */
  readonly replicas?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>;
  /**
   * Builds on different tables of this database that may run side by side, 1 to 100. Two builds on
   * one table never do.
   * @default `pgindex:maxConcurrentBuilds` of the stack, else 2
   */
  readonly maxConcurrentBuilds?: pulumi.Input<number>;
  /**
   * Connect although a pooler answers in the server's place. Only for proxies that keep one server
   * session a client: in transaction mode a pooler leaks settings to other clients and makes locks
   * meaningless.
   * @default `pgindex:allowPooler` of the stack, else false
   */
  readonly allowPooler?: pulumi.Input<boolean>;
  /**
   * The role to act as, for a login that is a member of the tables' owner without having its rights
   * (`NOINHERIT`), or whose indexes are to be built as somebody else: `SET ROLE "app_owner"` right
   * after connecting. Sessions are watched and cancelled as the login.
   * @default `pgindex:role` of the stack, else the role that logs in
   */
  readonly role?: pulumi.Input<string>;
  /**
   * Build on PostgreSQL 14.0 to 14.3 all the same, whose `CREATE INDEX CONCURRENTLY` can silently
   * leave out rows that are updated during the build
   * (https://www.postgresql.org/docs/release/14.4/). Only for a database that nobody writes to
   * meanwhile.
   * @default `pgindex:allowCorruptingServer` of the stack, else false
   */
  readonly allowCorruptingServer?: pulumi.Input<boolean>;
  /**
   * What the server does with a build when the process that waits for it is gone: killed, cut off,
   * its machine asleep. "finish" lets it go on, and the next `pulumi up` adopts the index; "stop"
   * ends it within a second of the loss, about 30 s where the machine is gone without a word
   * (`client_connection_check_interval`, PostgreSQL 14+), and the next `pulumi up` drops the
   * INVALID leftover and builds. A proxy that keeps the connection open keeps the build, too.
   * @default `pgindex:whenClientVanishes` of the stack, else "finish"
   */
  readonly whenClientVanishes?: pulumi.Input<"finish" | "stop">;
  /**
   * How long an operation on an index waits for others where its resource does not say it, such as
   * "30m".
   * @default `pgindex:waitFor` of the stack, else "1h"
   */
  readonly waitFor?: pulumi.Input<string>;
  /**
   * What all builds of one operation may take where its resource does not say it, such as "6h".
   * @default `pgindex:buildWithin` of the stack, else no limit
   */
  readonly buildWithin?: pulumi.Input<string>;
  /**
   * Attempts after the first one where the resource does not say it.
   * @default `pgindex:retries` of the stack, else 9
   */
  readonly retries?: pulumi.Input<number>;
  /**
   * What becomes of a session that waits behind a build where the resource does not say it.
   * @default `pgindex:waiters` of the stack, else "warn"
   */
  readonly waiters?: pulumi.Input<"warn" | "yield" | "cancel">;
}

/**
 * The database that indexes are built in, passed as `{ provider: connection }`. Each Connection has
 * its own process and its own queue.
 *
 * Without one, a resource connects to the stack's `pgindex:databaseUrl`, else to `DATABASE_URL`,
 * else as the `PG*` variables say.
 *
 * @example
 * const database = new pgindex.Connection("production", { url: config.requireSecret("databaseUrl") });
 * new pgindex.Index("by-email", { table: "users", name: "users_email_idx", columns: ["email"] }, { provider: database });
 */
export class Connection extends pulumi.ProviderResource {
  constructor(name: string, args: ConnectionArgs = {}, options?: pulumi.ResourceOptions) {
    super("pulumi-nodejs", name, configurationOf(args, options), options);
  }
}

/**
 * What is left out is the stack's: Pulumi gives a stack's configuration to the default provider
 * alone.
 */
function configurationOf(
  args: ConnectionArgs,
  options: pulumi.CustomResourceOptions | undefined,
): Record<string, pulumi.Input<string> | undefined> {
  const stack = new pulumi.Config("pgindex");
  const isMapped = Object.values(options?.envVarMappings ?? {}).includes("DATABASE_URL");
  const isOwn = args.url !== undefined || isMapped;
  const replicas = args.replicas && pulumi.output(args.replicas).apply((it) => JSON.stringify(it));
  const settings = SETTINGS.map((name) => [
    `pgindex:${name}`,
    asString(args[name]) ?? stack.get(name),
  ]);
  return {
    "pgindex:url": isOwn ? asSecret(args.url) : stack.getSecret("databaseUrl"),
    "pgindex:replicas": asSecret(replicas) ?? (isOwn ? undefined : stack.getSecret("replicas")),
    ...Object.fromEntries(settings),
  };
}

const SETTINGS = [
  "maxConcurrentBuilds",
  "allowPooler",
  "role",
  "allowCorruptingServer",
  "whenClientVanishes",
  "waitFor",
  "buildWithin",
  "retries",
  "waiters",
] as const satisfies readonly (keyof ConnectionArgs)[];

function asSecret(value: pulumi.Input<string> | undefined): pulumi.Output<string> | undefined {
  return value === undefined ? undefined : pulumi.secret(value);
}

/** A provider's configuration consists of strings. */
function asString(
  value: pulumi.Input<number | boolean | string> | undefined,
): pulumi.Output<string> | undefined {
  return value === undefined ? undefined : pulumi.output(value).apply(String);
}
