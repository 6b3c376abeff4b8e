import type pg from "pg";
import { makeTables, ownByBuilder } from "../application/chaosTables.ts";
import { patiently, urlOfDatabase, withClient } from "../chaosServer.ts";
import { errorsOf } from "../judge/explainedFailure.ts";
import { declarationsFor } from "./declarations.ts";
import type { Ended } from "./pulumiCli.ts";

/** On the same server, with the same tables and with indexes of the same names. */
const NAME = "chaos_other";
const ROWS = 100;

/** A command that a stack runs with the other database's URL. */
export type Astray = "preview" | "destroy";

export interface OtherDatabase {
  /** For the superuser. */
  readonly url: string;
}

/** Makes it from the server's URL. */
export async function makeOtherDatabase(serverUrl: string): Promise<OtherDatabase> {
  await withClient(serverUrl, (client) => client.query(`CREATE DATABASE ${NAME}`));
  const url = otherUrl(serverUrl);
  await withClient(url, async (client) => {
    await makeTables(client, ROWS);
    for (const { args, clauses, unique } of declarationsFor("first", 0))
      await client.query(
        `CREATE ${unique ? "UNIQUE" : ""} INDEX ${args.name} ON app.${args.table} ${clauses}`,
      );
    await ownByBuilder(client);
  });
  return { url };
}

/** The same URL with the other database's name. */
export function otherUrl(url: string): string {
  return urlOfDatabase(url, NAME);
}

/** Everything in the other database that a command could change. */
export function contentsOf({ url }: OtherDatabase): Promise<string> {
  return patiently(url, readContents);
}

async function readContents(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ line: string }>(
    `SELECT format('%s %s %s %s', c.oid, c.relname, pg_get_indexdef(c.oid),
                   obj_description(c.oid, 'pg_class')) AS line
       FROM pg_class c WHERE relnamespace = 'app'::regnamespace ORDER BY c.oid`,
  );
  return rows.map(({ line }) => line).join("\n");
}

/**
 * What is wrong with how a command in the other database ended. A preview may be refused there, where
 * an index of the name has another definition.
 */
export function astrayProblems(command: Astray, { code, text }: Ended): string[] {
  const isNamed = text.includes(`${NAME}@`);
  if (command === "preview") {
    const isTold = /the state was recorded on the database chaos@/.test(text);
    return isNamed && isTold
      ? []
      : [`a preview in another database did not say so: ${errorsOf(text)}`];
  }
  if (code === 0) return ["a destroy in another database succeeded"];
  return isNamed && /refused to drop index app\.\w+ in the database /.test(text)
    ? []
    : [`a destroy in another database was not refused as one: ${errorsOf(text)}`];
}
