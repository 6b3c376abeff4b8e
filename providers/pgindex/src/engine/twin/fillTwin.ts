import type { Client } from "pg";
import { restoreExpressions } from "./expressionStatistics";
import { forgePages } from "./forgedPages";
import type { Named, Production } from "./production/production";
import { lengthenFiles } from "./relationFiles";
import type { TwinServer } from "./server/twinServer";
import { heightOf } from "./size/btreeSize";
import { readIndexParts } from "./size/indexParts";
import { estimateIndexSize, type IndexSize } from "./size/indexSize";
import { restoreFigures, restoreStatistics } from "./statistics";
import type { TwinDatabase } from "./twinDatabase";

/** Makes tables and indexes look as large as production's. Returns what the twin did not take. */
export async function fillLike(
  server: TwinServer,
  client: Client,
  production: Production,
): Promise<string[]> {
  const lengths = [...production.relations, ...production.indexes].flatMap(
    ({ schema, name, pages }) => (pages === null ? [] : [{ schema, name, pages }]),
  );
  await lengthenFiles(client, server.directory, lengths);
  return restoreStatistics(client, production);
}

/** How large indexes will be, once they are built. */
export interface Sized {
  readonly size: readonly IndexSize[];
  /** Expressions whose statistics nobody knows yet. */
  readonly unknownExpressions: readonly string[];
}

/** Makes new indexes look as if they had been built on production's rows. */
export async function sizeIndexes(
  server: TwinServer,
  client: Client,
  indexes: readonly Named[],
  serverVersion: number,
): Promise<Sized> {
  const size: IndexSize[] = [];
  const unknown = new Set<string>();
  for (const { schema, name } of indexes) {
    for (const part of await readIndexParts(client, schema, name))
      for (const each of await restoreExpressions(client, part)) unknown.add(each);
    for (const part of await readIndexParts(client, schema, name))
      size.push(await estimateIndexSize(client, part, serverVersion));
  }
  const lengths = size.map(({ index, pages }) => ({ ...index, pages }));
  await lengthenFiles(client, server.directory, lengths);
  const figures = size.map(({ index, rows, pages }) => ({
    ...{ schemaname: index.schema, relname: index.name },
    ...{ relpages: pages, reltuples: rows, relallvisible: 0 },
  }));
  await restoreFigures(client, figures);
  return { size, unknownExpressions: [...unknown] };
}

/** After every other look at the indexes, which would bring their pages back into the buffers. */
export async function forgeIndexes(
  server: TwinServer,
  { name: database }: Pick<TwinDatabase, "name">,
  standing: Production["indexes"],
  sizes: readonly IndexSize[],
): Promise<void> {
  const theirs = standing.flatMap(({ schema, name, method, pages }) =>
    method === "btree" && pages !== null ? [{ schema, name, height: heightOf(pages) }] : [],
  );
  const fresh = sizes.map(({ index, height, gin }) => ({ ...index, height, gin }));
  const admin = await server.connect("postgres", database);
  try {
    await forgePages(admin, server.directory, [...theirs, ...fresh]);
  } finally {
    await admin.end();
  }
}
