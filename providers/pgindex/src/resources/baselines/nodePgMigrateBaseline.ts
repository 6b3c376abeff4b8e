import * as pulumi from "@pulumi/pulumi";
import { readNodePgMigrateBaseline } from "../../baseline/nodePgMigrate/nodePgMigrateMigration";
import { inProgram } from "../../import/inProgram";
import type { IndexArgs } from "../indexes/indexArgs";
import { declarationOf } from "../resourceParts";
import { baselineResource } from "./baselineResource";

/** Arguments of a {@link NodePgMigrateBaseline}. */
export interface NodePgMigrateBaselineArgs {
  /** The migration: its file name without the extension. It must only create indexes. */
  readonly migration: string;
  /**
   * The migrations folder: `--migrations-dir`.
   * @default "migrations"
   */
  readonly folder?: string;
  /**
   * The indexes that a JavaScript or TypeScript migration creates. Only node-pg-migrate can run
   * such a migration, so you vouch for whatever else it does. `node-pg-migrate up --dry-run` prints
   * its SQL. Not allowed for an SQL migration, whose indexes are read from its SQL.
   * @default the indexes that the SQL creates
   */
  readonly indexes?: readonly IndexArgs[];
  /**
   * The schema of tables that the SQL names without one: `--schema`.
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
   * Files in the folder that are not migrations, as a regular expression that matches the whole
   * name: `--ignore-pattern`.
   * @default "\\..*"
   */
  readonly ignorePattern?: string;
  /**
   * Fail if earlier migrations have not run, or later ones have: node-pg-migrate would then refuse
   * to run anything. Set to false if it runs with `--no-check-order`.
   * @default true
   */
  readonly checkOrder?: pulumi.Input<boolean>;
}

/**
 * Marks a node-pg-migrate migration as applied by writing exactly the row that `node-pg-migrate up`
 * would, so it does not run again what was built concurrently. Make it depend on the migration's
 * indexes. `pulumi up` fails if the live indexes differ from those in the migration, if it is not
 * this migration's turn yet, or while node-pg-migrate is running. `pulumi destroy` removes the
 * mark, unless node-pg-migrate had set it. If later migrations have run since, it runs this one
 * again only with `--no-check-order`.
 *
 * @example
 * const indexes = pgindex
 *   .indexesFromSql("migrations/1795370622000_message-indexes.sql")
 *   .map((declaration) => new pgindex.Index(declaration.name, declaration));
 * const migration = "1795370622000_message-indexes";
 * new pgindex.NodePgMigrateBaseline("applied", { migration }, { dependsOn: indexes });
 * // INSERT INTO "public"."pgmigrations" (name, run_on)
 * // VALUES ('1795370622000_message-indexes', now())
 */
export class NodePgMigrateBaseline extends pulumi.CustomResource {
  /** The migration's name. */
  declare readonly migration: pulumi.Output<string>;
  /** True if node-pg-migrate had already marked it. */
  declare readonly adopted: pulumi.Output<boolean>;

  /** @internal */
  static readonly isNative: boolean = false;

  constructor(
    name: string,
    args: NodePgMigrateBaselineArgs,
    options?: pulumi.CustomResourceOptions,
  ) {
    const declared = { ...args, indexes: args.indexes?.map(declarationOf) };
    const read = inProgram(() => readNodePgMigrateBaseline(declared));
    const of = { resource: "NodePgMigrateBaseline", name } as const;
    super(...baselineResource(new.target, of, read, options));
  }
}
