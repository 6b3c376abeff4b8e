import { setTimeout as delay } from "node:timers/promises";
import { dropIndexStatement, renameIndexStatement } from "../declare/statement";
import type { Context } from "../operation/context";
import type { SessionTarget } from "../session/database";
import { withWorkspace } from "../session/workspace";
import { runAlteration } from "./alteration";
import { type DoomedIndex, lastNameOf } from "./concurrentDrop";

/** How long the drop is watched: it has either ended by then, or waits. */
const LOOKS = 20;
const BETWEEN_LOOKS_MS = 100;

/** What became of a drop that nobody waits for: it has ended, or this session is at it. */
type Unattended = "dropped" | number;

/**
 * Begins to drop an index, and leaves while the server waits for whoever is in the way: it goes on
 * without us, and drops the index as soon as they are gone. Until PostgreSQL sends an answer, it does
 * not notice that nobody is there to hear it.
 *
 * @see https://www.postgresql.org/docs/current/sql-dropindex.html#SQL-DROPINDEX-PARAMETERS
 */
export async function dropUnattended(
  database: SessionTarget,
  index: DoomedIndex,
  ctx: Context,
): Promise<Unattended> {
  const { schema, name, oid, tableOid, valid } = index;
  const options = { purpose: `clean up ${name}`, searchPath: [], isUrgent: true };
  return withWorkspace(database, options, async (workspace) => {
    const { builder, observer } = workspace;
    const last = lastNameOf(index);
    if (last !== name) {
      const sqls = [renameIndexStatement(schema, name, last)];
      const expects = [{ oid, name: last, valid }];
      await runAlteration({ sqls, what: `drop ${name}`, tableOid, expects }, { ...workspace, ctx });
    }
    // whenClientVanishes can have set it.
    if (builder.serverVersion >= 140000)
      await builder.query(
        "SELECT pg_catalog.set_config('client_connection_check_interval', '0', false)",
      );
    let outcome: "dropped" | Error | undefined;
    builder.run(dropIndexStatement(schema, last)).then(
      () => {
        outcome = "dropped";
      },
      (error: Error) => {
        outcome = error;
      },
    );
    for (let look = 0; look < LOOKS && outcome === undefined; look += 1) {
      await delay(BETWEEN_LOOKS_MS);
      const [waits] = await observer.queryAsLogin(
        `SELECT 1 FROM pg_locks WHERE pid = $1 AND NOT granted AND locktype IN ('virtualxid', 'transactionid')`,
        [builder.pid],
      );
      if (waits) break;
    }
    if (outcome instanceof Error) throw outcome;
    if (outcome) return outcome;
    builder.destroy();
    return builder.pid;
  });
}
