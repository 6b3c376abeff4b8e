import { notYetText } from "../../baseline/drizzle/drizzleMessages";
import type { PendingMigration } from "../../baseline/drizzle/pendingMigrations";
import { type Changes, changesOf } from "../../baseline/split/changes";
import type { DesiredIndex } from "../../engine/declare/desiredIndex";
import { firstLine, PgIndexError } from "../../engine/errors/advice";
import { sqlState } from "../../engine/errors/sqlstate";
import type { SessionTarget } from "../../engine/session/database";
import { withObserver } from "../../engine/session/workspace";
import { missingNames } from "../../engine/situation/near/nearColumns";
import { labelOf } from "../../import/declaration";

interface Noted extends Changes {
  readonly migration: string;
}

/** Migrations that will run before the indexes that a preview looks at. */
export class PendingChanges {
  private readonly migrations = new Map<string, Noted>();

  note({ migration, runs }: PendingMigration): void {
    this.migrations.set(migration, { migration, ...changesOf(runs) });
  }

  /**
   * What an index waits for, if a preview refuses it only because these migrations have not run yet;
   * empty if the refusal stands.
   */
  async explain(
    database: SessionTarget,
    desired: DesiredIndex,
    error: unknown,
  ): Promise<readonly string[]> {
    if (this.migrations.size === 0 || !(error instanceof PgIndexError)) return [];
    const label = labelOf({ schema: desired.schema, name: desired.table });
    const migrations = [...this.migrations.values()];
    const creator = migrations.find(({ created }) => created.has(label));
    const table = `table ${label}`;
    if (creator) return [notYetText(table, creator.migration, "creates")];
    const purpose = `look for columns of ${desired.table}`;
    const missing = await withObserver(database, { purpose, writable: false }, (observer) =>
      missingNames(observer, desired),
    );
    const lines = missing.map((column) => {
      const adding = migrations.find(({ columns }) => columns.get(label)?.includes(column));
      return adding && notYetText(`column ${column} of ${table}`, adding.migration, "adds");
    });
    if (lines.includes(undefined)) return [];
    if (lines.length > 0) return lines as string[];
    const isOfNames = sqlState(error.cause)?.startsWith("42") === true;
    const cause = migrations.find(
      ({ changed, makesOthers }) => changed.has(label) || (makesOthers && isOfNames),
    );
    if (!cause) return [];
    return [
      `cannot be looked at before migration ${cause.migration}, which runs first: ` +
        `now it would be refused (${firstLine(error)})`,
    ];
  }
}
