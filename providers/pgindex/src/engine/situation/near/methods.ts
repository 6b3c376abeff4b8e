import type { IndexDefinition } from "../../declare/desiredIndex";
import type { Session } from "../../session/session";
import { similarNames } from "../../text/similarNames";
import type { Cause } from "../causes/cause";
import { otherParameterCause, unableCause } from "./methodMessages";

/** The storage parameters of the methods that we know. */
const PARAMETERS: ReadonlyMap<string, readonly string[]> = new Map([
  ["btree", ["fillfactor", "deduplicate_items"]],
  ["hash", ["fillfactor"]],
  ["gist", ["fillfactor", "buffering"]],
  ["spgist", ["fillfactor"]],
  ["gin", ["fastupdate", "gin_pending_list_limit"]],
  ["brin", ["pages_per_range", "autosummarize"]],
  ["hnsw", ["m", "ef_construction"]],
  ["ivfflat", ["lists"]],
]);

/** A storage parameter that the method does not have. */
export async function nearParameter(
  _observer: Session,
  { accessMethod, storageParameters }: IndexDefinition,
): Promise<Cause | undefined> {
  const known = PARAMETERS.get(accessMethod);
  const unknown = Object.keys(storageParameters).find((name) => known && !known.includes(name));
  if (!known || unknown === undefined) return undefined;
  const others = [...PARAMETERS].flatMap(([method, names]) =>
    names.includes(unknown) ? [method] : [],
  );
  return otherParameterCause(unknown, { near: similarNames(unknown, known), known, others });
}

interface Abilities {
  readonly unique: boolean;
  readonly order: boolean;
  readonly severalColumns: boolean;
  readonly include: boolean;
}

/** What the declaration asks of an access method that cannot do it. */
export async function unableMethod(
  observer: Session,
  { accessMethod, unique, keys, include }: IndexDefinition,
): Promise<Cause | undefined> {
  const [can] = await observer.query<Abilities>(
    `SELECT pg_indexam_has_property(oid, 'can_unique') AS "unique",
            pg_indexam_has_property(oid, 'can_order') AS "order",
            pg_indexam_has_property(oid, 'can_multi_col') AS "severalColumns",
            pg_indexam_has_property(oid, 'can_include') AS "include"
       FROM pg_am WHERE amname = $1`,
    [accessMethod],
  );
  if (!can) return undefined;
  const ordered = keys.some(({ order, nulls }) => order !== undefined || nulls !== undefined);
  const asked: Readonly<Record<keyof Abilities, boolean>> = {
    unique,
    order: ordered,
    severalColumns: keys.length > 1,
    include: include.length > 0,
  };
  const unable = (Object.keys(asked) as (keyof Abilities)[]).find((it) => asked[it] && !can[it]);
  return unable && unableCause(accessMethod, unable);
}
