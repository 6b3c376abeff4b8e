import * as pulumi from "@pulumi/pulumi";
import { readDrizzleBaseline } from "../../baseline/drizzle/drizzleMigration";
import { inProgram } from "../../import/inProgram";
import { baselineResource } from "./baselineResource";

/** Where Drizzle's migrations and its own table are. */
export interface DrizzleFolderArgs {
  /**
   * The migrations folder: `out` in drizzle.config.ts.
   * @default "drizzle/migrations"
   */
  readonly folder?: string;
  /**
   * The schema of Drizzle's own table, as in drizzle.config.ts.
   * @default "drizzle"
   */
  readonly migrationsSchema?: pulumi.Input<string>;
  /**
   * Drizzle's own table, as in drizzle.config.ts.
   * @default "__drizzle_migrations"
   */
  readonly migrationsTable?: pulumi.Input<string>;
}

/** Arguments of a {@link DrizzleBaseline}. */
export interface DrizzleBaselineArgs extends DrizzleFolderArgs {
  /**
   * The migration as named in the journal: its file name without `.sql`. Since Drizzle 1.0, which
   * has no journal, the name of its folder. It must only create indexes: {@link DrizzleMigrations}
   * runs one that does more.
   */
  readonly migration: string;
}

/**
 * Marks a Drizzle migration as applied by writing exactly the row that `drizzle-kit migrate` would,
 * so drizzle-kit does not run again what was built concurrently. Make it depend on the migration's
 * indexes. `pulumi up` fails if the live indexes differ from those in the migration, or if earlier
 * migrations have not been applied. `pulumi destroy` removes the mark, unless drizzle-kit had set
 * it. drizzle-kit then runs the migration again only if no later one has run, because it skips
 * everything older than its newest row; since 1.0 it runs whatever has no row of its name.
 *
 * @example
 * const indexes = pgindex
 *   .indexesFromSql("drizzle/migrations/0013_sticky_skreet.sql")
 *   .map((declaration) => new pgindex.Index(declaration.name, declaration));
 * const migration = "0013_sticky_skreet";
 * new pgindex.DrizzleBaseline("applied", { migration }, { dependsOn: indexes });
 * // INSERT INTO "drizzle"."__drizzle_migrations" (hash, created_at)
 * // VALUES ('9f86…', 1795370622000)
 */
export class DrizzleBaseline extends pulumi.CustomResource {
  /** The migration's name. */
  declare readonly migration: pulumi.Output<string>;
  /** SHA-256 of the migration file, as Drizzle records it. */
  declare readonly hash: pulumi.Output<string>;
  /**
   * Drizzle's `created_at`: the journal's `when`, or the time in the folder's name, in milliseconds
   * since 1970.
   */
  declare readonly createdAt: pulumi.Output<number>;
  /** True if drizzle-kit had already marked it. */
  declare readonly adopted: pulumi.Output<boolean>;

  /** @internal */
  static readonly isNative: boolean = false;

  constructor(name: string, args: DrizzleBaselineArgs, options?: pulumi.CustomResourceOptions) {
    const read = inProgram(() => readDrizzleBaseline(args));
    super(...baselineResource(new.target, { resource: "DrizzleBaseline", name }, read, options));
  }
}
