import * as pulumi from "@pulumi/pulumi";
import { readDrizzleMigration } from "../baseline/drizzle/drizzleMigration";
import { baselineResource } from "./baselineResource";

/** Arguments of a {@link DrizzleBaseline}. */
export interface DrizzleBaselineArgs {
  /**
   * The migration, as the journal calls it: its file name without `.sql`. It may do nothing but
   * create indexes.
   */
  readonly migration: string;
  /**
   * The folder of the migrations: `out` of drizzle.config.ts.
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

/**
 * Marks one of Drizzle's migrations as applied, with the very row that `drizzle-kit migrate` would
 * write, so that it does not run what was built concurrently. Let it depend on the migration's
 * indexes. `pulumi up` refuses when the live indexes are not what the migration makes, or when
 * earlier migrations have not been applied; `pulumi destroy` takes the mark back, unless
 * drizzle-kit had set it. drizzle-kit then runs the migration again only while no later one has
 * run: it passes over what is older than its newest row.
 *
 * @example
 * const indexes = pgindex
 *   .indexesFromSql("drizzle/migrations/0013_sticky_skreet.sql")
 *   .map((declaration) => new pgindex.Index(declaration.name, declaration));
 * new pgindex.DrizzleBaseline("applied", { migration: "0013_sticky_skreet" }, { dependsOn: indexes });
 * // INSERT INTO "drizzle"."__drizzle_migrations" (hash, created_at) VALUES ('9f86…', 1795370622000)
 */
export class DrizzleBaseline extends pulumi.CustomResource {
  /** The migration. */
  declare readonly migration: pulumi.Output<string>;
  /** SHA-256 of its file, as Drizzle records it. */
  declare readonly hash: pulumi.Output<string>;
  /** Drizzle's `created_at`: `when` of the journal, in milliseconds. */
  declare readonly createdAt: pulumi.Output<number>;
  /** drizzle-kit had marked it already. */
  declare readonly adopted: pulumi.Output<boolean>;

  constructor(name: string, args: DrizzleBaselineArgs, options?: pulumi.CustomResourceOptions) {
    const { migration, folder = "drizzle/migrations", ...rest } = args;
    const mark = { ...rest, ...readDrizzleMigration(folder, migration) };
    const of = { resource: "DrizzleBaseline", provider: "baseline", name } as const;
    super(...baselineResource(of, mark, options));
  }
}
