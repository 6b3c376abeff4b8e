import { fragmentsOf, type IndexDefinition } from "../declare/desiredIndex";
import { withoutConstants } from "../input/withoutConstants";
import { onlyRow } from "../session/query";
import type { Session } from "../session/session";
import { setSettings } from "../session/settings/setSettings";
import { qualified, searchPathValue } from "../text/sql";

/**
 * Lets the server parse a SELECT as a view, which runs nothing of it, not even what reads its
 * constants, and returns the stored tree. Within a transaction that may write, and is rolled back;
 * leaves `pg_catalog` alone on the search_path. `path` as in `search_path`.
 */
export async function parsedTree(session: Session, select: string, path: string): Promise<string> {
  await setSettings(session.query, "transaction", { search_path: path });
  // EXISTS takes columns of any name and type.
  const text = withoutConstants(`SELECT EXISTS (\n${select}\n) AS answer`);
  await session.query(`CREATE OR REPLACE TEMPORARY VIEW pgindex_reach AS ${text}`);
  await onlyCatalog(session);
  const rows = await session.query<{ tree: string }>(
    `SELECT ev_action::text AS tree FROM pg_rewrite
      WHERE ev_class = 'pg_temp.pgindex_reach'::regclass`,
  );
  return onlyRow(rows).tree;
}

/** As {@link parsedTree}, of the expressions and the predicate of a declaration. */
export function parsedFragments(session: Session, index: IndexDefinition): Promise<string> {
  const list = fragmentsOf(index).map((text, i) => `(${text}\n) AS e${i}`);
  const select = `SELECT ${list.join(", ")} FROM ${qualified(index.schema, index.table)}`;
  return parsedTree(session, select, searchPathValue(index.searchPath));
}

/** A table of the session can have the name of a catalog table, such as pg_class. */
export function onlyCatalog(session: Session): Promise<void> {
  return setSettings(session.query, "transaction", { search_path: "pg_catalog, pg_temp" });
}
