import * as pulumi from "@pulumi/pulumi";
import { readNodePgMigrateMigration } from "../baseline/nodePgMigrate/nodePgMigrateMigration";
import { baselineResource } from "./baselineResource";
import type { IndexArgs } from "./indexArgs";
import { declarationOf } from "./resourceParts";

/** Arguments of a {@link NodePgMigrateBaseline}. */
export interface NodePgMigrateBaselineArgs {
  /**
   * The migration: its file name without the extension. It may do nothing but create indexes.
   */
  readonly migration: string;
  /**
   * The folder of the migrations: `--migrations-dir`.
   * @default "migrations"
   */
  readonly folder?: string;
  /**
   * The indexes that a migration in JavaScript or TypeScript makes, since only node-pg-migrate can
   * run it: what else it does, you vouch for. `node-pg-migrate up --dry-run` prints its SQL.
   * Refused for a migration in SQL, which says it itself.
   * @default what the SQL makes
   */
  readonly indexes?: readonly IndexArgs[];
  /**
   * The schema of tables that the SQL writes without one: `--schema`.
   * @default "public"
   */
  readonly schema?: string;
  /**
   * The schema of node-pg-migrate's own table: `--migrations-schema`.
   * @default the value of schema
   */
  readonly migrationsSchema?: pulumi.Input<string>;
  /**
   * node-pg-migrate's own table: `--migrations-table`.
   * @default "pgmigrations"
   */
  readonly migrationsTable?: pulumi.Input<string>;
  /**
   * Files of the folder that are no migrations, as a regular expression for the whole name:
   * `--ignore-pattern`.
   * @default "\\..*"
   */
  readonly ignorePattern?: string;
  /**
   * Refuse while the migrations before it have not been run, or later ones have: node-pg-migrate
   * would then refuse to run anything. False where it runs with `--no-check-order`.
   * @default true
   */
  readonly checkOrder?: pulumi.Input<boolean>;
}

/**
 * Marks a migration of node-pg-migrate as applied, with the very row that `node-pg-migrate up`
 * would write, so that it does not run what was built concurrently. Let it depend on the
 * migration's indexes. `pulumi up` refuses when the live indexes are not what the migration makes,
 * when its place in the order is not reached, or while node-pg-migrate is running; `pulumi destroy`
 * takes the mark back, unless node-pg-migrate had set it. Where later ones have run since, it runs
 * the migration again with `--no-check-order`.
 *
 * @example
 * const indexes = pgindex
 *   .indexesFromSql("migrations/1795370622000_message-indexes.sql")
 *   .map((declaration) => new pgindex.Index(declaration.name, declaration));
 * new pgindex.NodePgMigrateBaseline("applied", { migration: "1795370622000_message-indexes" }, { dependsOn: indexes });
 * // INSERT INTO "public"."pgmigrations" (name, run_on) VALUES ('1795370622000_message-indexes', now())
 */
export class NodePgMigrateBaseline extends pulumi.CustomResource {
  /** The migration. */
  declare readonly migration: pulumi.Output<string>;
  /** node-pg-migrate had marked it already. */
  declare readonly adopted: pulumi.Output<boolean>;

  constructor(
    name: string,
    args: NodePgMigrateBaselineArgs,
    options?: pulumi.CustomResourceOptions,
  ) {
    const { migration, folder = "migrations", indexes, schema = "public", ignorePattern } = args;
    const { migrationsSchema = schema, migrationsTable, checkOrder } = args;
    const read = readNodePgMigrateMigration(migration, {
      folder,
      schema,
      ignorePattern,
      indexes: indexes?.map(declarationOf),
    });
    const of = {
      resource: "NodePgMigrateBaseline",
      provider: "nodePgMigrateBaseline",
      name,
    } as const;
    super(
      ...baselineResource(of, { migrationsSchema, migrationsTable, checkOrder, ...read }, options),
    );
  }
}
