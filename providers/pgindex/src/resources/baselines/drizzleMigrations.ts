import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { readDrizzleHistory } from "../../baseline/drizzle/drizzleHistory";
import type { IndexDeclaration } from "../../import/declaration";
import { inProgram } from "../../import/inProgram";
import type { IndexArgs } from "../indexes/indexArgs";
import { Index } from "../indexes/indexResource";
import type { DrizzleFolderArgs } from "./drizzleBaseline";
import { DrizzleMarked, DrizzleStatements } from "./drizzleSteps";

/** Arguments of {@link DrizzleMigrations}. */
export interface DrizzleMigrationsArgs extends DrizzleFolderArgs {
  /**
   * The first migration to take over, as named in the journal or, since Drizzle 1.0, by its folder.
   * What comes before it runs as drizzle-kit runs it, where it has not run yet. Leave it as it is:
   * with a later one, the indexes of those in between are no longer declared, and are dropped.
   * @default the first of the folder
   */
  readonly since?: string;
  /**
   * Arguments for an index beyond those that the migration gives, such as the queries it serves:
   * `(declaration) => ({ ...declaration, waitFor: "10m" })`.
   * @default the declaration as it is
   */
  readonly index?: (declaration: IndexDeclaration) => IndexArgs;
}

/**
 * Runs Drizzle's migrations as `drizzle-kit migrate` does, but builds indexes on tables in use
 * concurrently. A migration is split: everything else in it runs first, in one transaction; then its
 * indexes are built, each a resource of its own; and once all of it is there, the migration is
 * marked as applied with the row that drizzle-kit would write. No file is changed. An index on a
 * table that the migration itself creates stays where it is.
 *
 * A new migration of `drizzle-kit generate` needs no change of the program. Every index of a
 * migration from `since` on is declared, as the last migration leaves it: one that a later migration
 * redefines is replaced without a gap, and one that it drops is dropped. A preview shows which
 * statements will run. Interrupted, the next `pulumi up` goes on: that a migration has run but for
 * its indexes is noted in the comment of Drizzle's table, in the same transaction. Until it is
 * marked, `drizzle-kit migrate` and `migrate()` would run it again and fail; nothing is lost then.
 * `pulumi destroy` drops the indexes that it built, and keeps tables, columns and marks.
 *
 * @example
 * new pgindex.DrizzleMigrations("drizzle", { since: "0014_fair_wolf" });
 * // BEGIN; ALTER TABLE "messages" ADD COLUMN "tenant_id" bigint; COMMIT
 * // CREATE INDEX CONCURRENTLY "messages_tenant_idx" ON "public"."messages" …
 * // INSERT INTO "drizzle"."__drizzle_migrations" (hash, created_at) VALUES ('9f86…', 1795370622000)
 */
export class DrizzleMigrations extends pulumi.ComponentResource {
  /** The indexes that the migrations declare. A plain property of the program, not an output. */
  readonly indexes: readonly Index[];

  /**
   * What it consists of.
   *
   * @internal
   */
  static readonly parts: Parts = { Index, DrizzleStatements, DrizzleMarked };

  constructor(
    name: string,
    args: DrizzleMigrationsArgs = {},
    options?: pulumi.ComponentResourceOptions,
  ) {
    super("pgindex:index:DrizzleMigrations", name, {}, options);
    const { folder = "drizzle/migrations", since, index = (it) => it, ...table } = args;
    const { steps, names } = inProgram(() => readDrizzleHistory(folder, since));
    const read = { folder: resolve(folder), names };
    const { parts } = new.target;
    const indexes: Index[] = [];
    let last: pulumi.Resource[] = [];
    for (const [i, step] of steps.entries()) {
      const own = { parent: this, dependsOn: last };
      const resource = `${name}-${step.migration}`;
      const of = { step, table };
      const request = { ...read, isFirst: i === 0 };
      const ran = new parts.DrizzleStatements(resource, { ...of, request }, own);
      const built = step.indexes.map(
        (each) => new parts.Index(each.name, index(each), { ...ofIndex(this), dependsOn: ran }),
      );
      indexes.push(...built);
      last = step.isSplit
        ? [new parts.DrizzleMarked(resource, of, { ...own, dependsOn: [ran, ...built] })]
        : [ran, ...built];
    }
    this.indexes = indexes;
    this.registerOutputs({});
  }
}

/** Before there was a component, a program declared the same index on its own. */
function ofIndex(parent: pulumi.Resource): pulumi.CustomResourceOptions {
  return { parent, aliases: [{ parent: pulumi.rootStackResource }] };
}

interface Parts {
  readonly Index: typeof Index;
  readonly DrizzleStatements: typeof DrizzleStatements;
  readonly DrizzleMarked: typeof DrizzleMarked;
}
