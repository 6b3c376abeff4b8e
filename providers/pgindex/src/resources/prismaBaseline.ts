import * as pulumi from "@pulumi/pulumi";
import { readPrismaMigration } from "../baseline/prisma/prismaMigration";
import { baselineResource } from "./baselineResource";

/** Arguments of a {@link PrismaBaseline}. */
export interface PrismaBaselineArgs {
  /**
   * The migration: the name of its folder. It may do nothing but create indexes.
   */
  readonly migration: string;
  /**
   * The folder of the migrations, which has `migration_lock.toml`.
   * @default "prisma/migrations"
   */
  readonly folder?: string;
  /**
   * The schema of `_prisma_migrations`, and of tables that the SQL writes without one: `?schema=`
   * of Prisma's URL.
   * @default "public"
   */
  readonly schema?: string;
}

/**
 * Marks a migration of Prisma as applied, with the very row that `prisma migrate resolve --applied`
 * would write, so that `prisma migrate deploy` does not run what was built concurrently. A try of
 * that which has failed (P3009) is marked as rolled back, as Prisma does. Let it depend on the
 * migration's indexes. `pulumi up` refuses when the live indexes are not what the migration makes,
 * or while Prisma is migrating; `pulumi destroy` takes the mark back, unless Prisma had set it.
 *
 * @example
 * const indexes = pgindex
 *   .indexesFromSql("prisma/migrations/20261122110000_message_indexes/migration.sql")
 *   .map((declaration) => new pgindex.Index(declaration.name, declaration));
 * new pgindex.PrismaBaseline("applied", { migration: "20261122110000_message_indexes" }, { dependsOn: indexes });
 * // INSERT INTO "public"."_prisma_migrations" (id, checksum, logs, started_at, finished_at, migration_name)
 * // VALUES ('0b9c…', '9f86…', '', now(), now(), '20261122110000_message_indexes')
 */
export class PrismaBaseline extends pulumi.CustomResource {
  /** The migration. */
  declare readonly migration: pulumi.Output<string>;
  /** SHA-256 of its file, as Prisma records it. */
  declare readonly checksum: pulumi.Output<string>;
  /** Prisma had marked it already. */
  declare readonly adopted: pulumi.Output<boolean>;

  constructor(name: string, args: PrismaBaselineArgs, options?: pulumi.CustomResourceOptions) {
    const { migration, folder = "prisma/migrations", schema = "public" } = args;
    const mark = { migrationsSchema: schema, ...readPrismaMigration(folder, migration, schema) };
    const of = { resource: "PrismaBaseline", provider: "prismaBaseline", name } as const;
    super(...baselineResource(of, mark, options));
  }
}
