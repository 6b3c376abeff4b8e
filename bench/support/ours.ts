import "../../test/support/engine/engineSources.ts";
import type { Args } from "../../test/support/engine/engine.ts";

const engine = "../../providers/pgindex/src/engine";
const { ensureIndex } = await import(`${engine}/build/ensure.ts`);
const { databaseOf } = await import(`${engine}/session/database.ts`);
const { parseIndexArgs } = await import(`${engine}/declare/parseIndex.ts`);

/** What the engine says of an index that it has built. */
export interface Built {
  /** Of the statement. */
  readonly buildSeconds: number;
  readonly phaseSeconds: readonly number[];
  /** By which an update knows it again. */
  readonly identity: object;
}

/** Builds, changes or adopts an index as `pulumi up` does, in this process. */
export async function ours(url: string, args: Args, previous?: object): Promise<Built> {
  const parsed = await parseIndexArgs(args);
  if (parsed.kind !== "ok") throw new Error(JSON.stringify(parsed));
  const never = new AbortController().signal;
  const ctx = { signal: never, draining: never, log: () => {}, status: () => {} };
  const request = { database: databaseOf({ url }), desired: parsed.value, previous, ctx };
  const { live, buildSeconds, phaseSeconds } = await ensureIndex(request);
  if (!live.valid) throw new Error("the index is not valid");
  const { schema, name, table, oid, canonical } = live;
  return { buildSeconds, phaseSeconds, identity: { schema, name, table, oid, canonical } };
}
