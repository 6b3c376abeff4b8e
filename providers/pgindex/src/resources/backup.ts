import * as pulumi from "@pulumi/pulumi";
import type { IndexArgs } from "./indexArgs";
import { declarationOf, hiddenUrn, providedBy, typeOf, undefinedOutputs } from "./resourceParts";

/** Arguments of a {@link Backup}. */
export interface BackupArgs {
  /**
   * The declarations that it is taken for: when one changes, a backup that is too old is made anew.
   */
  readonly indexes: readonly IndexArgs[];
  /**
   * Where dumps are written, on the machine that runs Pulumi: `<database>-<time>.dump`, readable by
   * its user only. It is never removed.
   * @default "backups"
   */
  readonly directory?: pulumi.Input<string>;
  /**
   * A program and its arguments that back the database up instead of pg_dump, such as a snapshot of
   * the provider's: exit code 0 is success. No shell reads it, and what it prints is not kept.
   * @default none: pg_dump
   */
  readonly command?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /**
   * The pg_dump to run; pg_restore must stand beside it. It must not be older than the server.
   * @default "pg_dump", as PATH finds it
   */
  readonly pgDump?: pulumi.Input<string>;
  /**
   * Dump only these tables, as pg_dump's `--table` takes them.
   * @default every table
   */
  readonly tables?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /**
   * How old a backup may be when a change begins: a number with a unit, such as "90m".
   * @default "24h"
   */
  readonly maximumAge?: pulumi.Input<string>;
}

/**
 * A backup that is taken before the first change: let the indexes depend on it. `pg_dump` in its
 * custom format, verified by reading it back with `pg_restore --list`; or a command of your own. A
 * later `pulumi up` takes another one only when a declaration has changed and the last is older
 * than `maximumAge`. A preview refuses when pg_dump is missing, or older than the server. `pulumi
 * destroy` keeps the dumps.
 *
 * It uses the stack's database; give it the provider of the indexes. While pg_dump runs, its
 * snapshot would hold up a build in its last phase, so nothing is built until it ends.
 *
 * @example
 * const backup = new pgindex.Backup("before-indexes", { indexes: [args] }, { provider: database });
 * new pgindex.Index("by-email", args, { provider: database, dependsOn: backup });
 */
export class Backup extends pulumi.CustomResource {
  /** When it began, ISO 8601: what was committed before is in it. */
  declare readonly takenAt: pulumi.Output<string>;
  /** Seconds that it took. */
  declare readonly seconds: pulumi.Output<number>;
  /** `pg_dump (PostgreSQL) 18.4`, or the program of the command. */
  declare readonly tool: pulumi.Output<string>;
  /** The dump; null where a command made the backup. */
  declare readonly file: pulumi.Output<string | null>;
  /** Bytes of the dump. */
  declare readonly sizeBytes: pulumi.Output<number | null>;
  /** Entries of its table of contents, as `pg_restore --list` counts them. */
  declare readonly entries: pulumi.Output<number | null>;

  constructor(name: string, args: BackupArgs, options?: pulumi.CustomResourceOptions) {
    const type = typeOf("Backup");
    const { indexes, ...rest } = args;
    const outputs = ["takenAt", "seconds", "tool", "file", "sizeBytes", "entries", "schemaVersion"];
    const inputs = {
      ...undefinedOutputs(outputs),
      ...rest,
      indexes: indexes.map(declarationOf),
      __provider: providedBy("backup"),
      __urn: hiddenUrn(name, type, options),
    };
    super(type, name, inputs, options);
  }
}
