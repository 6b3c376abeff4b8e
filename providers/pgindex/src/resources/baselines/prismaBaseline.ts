import * as pulumi from "@pulumi/pulumi";
import { readPrismaBaseline } from "../../baseline/prisma/prismaMigration";
import { inProgram } from "../../import/inProgram";
import { baselineResource } from "./baselineResource";

/** Arguments of a {@link PrismaBaseline}. */
export interface PrismaBaselineArgs {
  /** The migration: the name of its folder. It must only create indexes. */
  readonly migration: string;
  /**
   * The migrations folder, which contains `migration_lock.toml`.
   * @default "prisma/migrations"
   */
  readonly folder?: string;
  /**
   * The schema of `_prisma_migrations`, and of tables that the SQL names without one: `?schema=` in
   * Prisma's URL.
   * @default "public"
   */
  readonly schema?: string;
}

/**
 * Marks a Prisma migration as applied by writing exactly the row that `prisma migrate resolve
 * --applied` would, so `prisma migrate deploy` does not run again what was built concurrently. A
 * failed attempt at that migration (P3009) is marked as rolled back, as Prisma does. Make it depend
 * on the migration's indexes. `pulumi up` fails if the live indexes differ from those in the
 * migration, or while Prisma is migrating. `pulumi destroy` removes the mark, unless Prisma had set
 * it.
 *
 * @example
 * const indexes = pgindex
 *   .indexesFromSql("prisma/migrations/20261122110000_message_indexes/migration.sql")
 *   .map((declaration) => new pgindex.Index(declaration.name, declaration));
 * const migration = "20261122110000_message_indexes";
 * new pgindex.PrismaBaseline("applied", { migration }, { dependsOn: indexes });
 * // INSERT INTO "public"."_prisma_migrations"
 * //   (id, checksum, logs, started_at, finished_at, migration_name)
 * // VALUES ('0b9c…', '9f86…', '', now(), now(), '20261122110000_message_indexes')
 */
export class PrismaBaseline extends pulumi.CustomResource {
  /** The migration's name. */
  declare readonly migration: pulumi.Output<string>;
  /** SHA-256 of the migration file, as Prisma records it. */
  declare readonly checksum: pulumi.Output<string>;
  /** True if Prisma had already marked it. */
  declare readonly adopted: pulumi.Output<boolean>;

  /** @internal */
  static readonly isNative: boolean = false;

  constructor(name: string, args: PrismaBaselineArgs, options?: pulumi.CustomResourceOptions) {
    const read = inProgram(() => readPrismaBaseline(args));
    super(...baselineResource(new.target, { resource: "PrismaBaseline", name }, read, options));
  }
}
