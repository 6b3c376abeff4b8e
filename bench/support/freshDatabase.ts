import pg from "pg";
import { ServerCounters } from "./serverCounters.ts";

type Work<T> = (url: string, counters: ServerCounters) => Promise<T>;

/** Gives work a database of its own, which `statements` have filled. */
export async function onNewDatabase<T>(
  server: { readonly url: string },
  name: string,
  statements: readonly string[],
  work: Work<T>,
): Promise<T> {
  await execute(server.url, [`CREATE DATABASE ${name}`]);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  await execute(url.href, statements);
  const counters = await ServerCounters.open(server.url, name);
  try {
    return await work(url.href, counters);
  } finally {
    await counters.close();
    await execute(server.url, [`DROP DATABASE ${name} WITH (FORCE)`]);
  }
}

/** By hand, a statement at a time. */
export async function execute(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
