import * as pulumi from "@pulumi/pulumi";
import type { DatabaseIdentity } from "../engine/session/databaseIdentity";
import type { IndexArgs } from "./indexes/indexArgs";
import { declarationOf, registered, undefinedOutputs } from "./resourceParts";

/** Arguments of a {@link Backup}. */
export interface BackupArgs {
  /**
   * The indexes this backup protects. When one of their definitions changes, a backup older than
   * `maximumAge` is replaced by a new one.
   */
  readonly indexes: readonly IndexArgs[];
  /**
   * Folder for the dumps, on the machine that runs Pulumi. Each dump is named
   * `<database>-<time>.dump`, can be read only by the user who runs Pulumi, and is never deleted.
   * @default "backups"
   */
  readonly directory?: pulumi.Input<string>;
  /**
   * A program and its arguments to run instead of pg_dump, such as your provider's snapshot
   * command. Exit code 0 means success. It runs without a shell, and its output is not kept.
   * @default none: pg_dump
   */
  readonly command?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /**
   * The dump that `command` writes: a file or folder in any of pg_dump's formats. It is read back
   * to its end with the pg_restore beside `pgDump`, and its checksum is kept. Without it, only the
   * command's exit code is known.
   * @default none
   */
  readonly file?: pulumi.Input<string>;
  /**
   * The pg_dump to run, with pg_restore in the same folder. It must not be older than the server.
   * @default "pg_dump", as PATH finds it
   */
  readonly pgDump?: pulumi.Input<string>;
  /**
   * Dump only these tables, in the syntax of pg_dump's `--table`. Each must match a table, and the
   * partitions of a partitioned table must match too.
   * @default every table
   */
  readonly tables?: pulumi.Input<readonly pulumi.Input<string>[]>;
  /**
   * The maximum age of a backup when a change begins: a number with a unit, such as "90m".
   * @default "24h"
   */
  readonly maximumAge?: pulumi.Input<string>;
}

/**
 * Backs the database up before the first change: make the indexes depend on it. It runs `pg_dump`
 * in the custom format and reads the dump back to its end with `pg_restore`, or it runs a command
 * of your own. A later `pulumi up` takes a new backup only if a declaration has changed and the
 * last backup is older than `maximumAge`, is of another database or of other tables, or is no
 * longer the file that was written. A preview fails when pg_dump is missing or older than the
 * server, or finds no table of a name in `tables`. `pulumi destroy` keeps the dumps.
 *
 * It backs up the database of its provider, so give it the same provider as the indexes. The
 * snapshot that pg_dump holds would stall a build in its last phase, so no build starts until
 * pg_dump ends.
 *
 * @example
 * const backup = new pgindex.Backup("before-indexes", { indexes: [args] }, { provider: database });
 * new pgindex.Index("by-email", args, { provider: database, dependsOn: backup });
 */
export class Backup extends pulumi.CustomResource {
  /** When the backup began, ISO 8601. It contains everything committed before then. */
  declare readonly takenAt: pulumi.Output<string>;
  /** How long it took, in seconds. */
  declare readonly seconds: pulumi.Output<number>;
  /** `pg_dump (PostgreSQL) 18.4`, or the program in `command`. */
  declare readonly tool: pulumi.Output<string>;
  /** Path of the dump; null if a command made the backup and no `file` is given. */
  declare readonly file: pulumi.Output<string | null>;
  /** Size of the dump in bytes; null without a `file`. */
  declare readonly sizeBytes: pulumi.Output<number | null>;
  /**
   * Number of entries in the dump's table of contents, as listed by `pg_restore --list`; null
   * without a `file`, or if it is a plain script.
   */
  declare readonly entries: pulumi.Output<number | null>;
  /** SHA-256 of the dump in hexadecimal; null without a `file`. */
  declare readonly sha256: pulumi.Output<string | null>;
  /**
   * The database that it is of: the cluster's `systemIdentifier`, and the database's `oid` and
   * `name`.
   */
  declare readonly database: pulumi.Output<DatabaseIdentity>;

  /** @internal */
  static readonly isNative: boolean = false;

  constructor(name: string, args: BackupArgs, options?: pulumi.CustomResourceOptions) {
    const { indexes, ...rest } = args;
    const outputs = [
      ...["takenAt", "seconds", "tool", "file", "sizeBytes", "entries", "sha256", "database"],
      ...["ofTables", "schemaVersion"],
    ];
    const inputs = {
      ...undefinedOutputs(outputs),
      ...rest,
      indexes: indexes.map(declarationOf),
    };
    super(...registered(new.target, { resource: "Backup", name }, inputs, options));
  }
}
