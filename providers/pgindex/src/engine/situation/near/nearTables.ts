import type { Session } from "../../session/session";
import { displayName } from "../../text/render";
import { similarNames } from "../../text/similarNames";
import type { Cause } from "../causes/cause";
import { nearTableCause, otherSchemaCause, writtenTableCause } from "./nameMessages";

interface Table {
  readonly schema: string;
  readonly name: string;
}

/** What was meant by a table that does not exist; undefined if nothing is like it. */
export async function nearTables(
  observer: Session,
  wanted: { readonly schema: string; readonly table: string },
): Promise<Cause | undefined> {
  const tables = await readTables(observer);
  const { schema, table } = wanted;
  const written = splitName(table, schema);
  if (written && tables.some((it) => it.schema === written.schema && it.name === written.name))
    return writtenTableCause(written.schema, written.name);
  const elsewhere = tables.filter(({ name }) => name === table).map((it) => it.schema);
  const schemas = [...new Set(tables.map((it) => it.schema))];
  const nearSchemas = similarNames(schema, schemas).filter((it) => elsewhere.includes(it));
  if (nearSchemas.length > 0) return nearTableCause(nearSchemas, "schema");
  if (elsewhere.length > 0) return otherSchemaCause(table, elsewhere);
  const here = tables.filter((it) => it.schema === schema).map(({ name }) => name);
  const near = similarNames(written?.name ?? table, here);
  if (near.length > 0) return nearTableCause(near, "table");
  const names = tables.map((it) => it.name);
  const alike = similarNames(written?.name ?? table, names);
  const anywhere = tables.filter(({ name }) => alike.includes(name)).map(displayName);
  return anywhere.length > 0 ? nearTableCause(anywhere, "table") : undefined;
}

function readTables(observer: Session): Promise<Table[]> {
  return observer.query<Table>(
    `SELECT n.nspname AS schema, c.relname AS name
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname !~ '^pg_|^information_schema$'
      ORDER BY 1, 2 LIMIT 20000`,
  );
}

/** A name as SQL writes it: `app.messages`, `"Messages"`. */
function splitName(text: string, schema: string): Table | undefined {
  const parts =
    /^(?:"(?<q1>(?:[^"]|"")+)"|(?<p1>[^".]+))(?:\.(?:"(?<q2>(?:[^"]|"")+)"|(?<p2>[^".]+)))?$/.exec(
      text,
    )?.groups;
  if (!parts) return undefined;
  const [first, second] = [`${parts.q1 ?? parts.p1}`, parts.q2 ?? parts.p2];
  const bare = (name: string) => name.replaceAll('""', '"');
  if (second !== undefined) return { schema: bare(first), name: bare(second) };
  return parts.q1 === undefined ? undefined : { schema, name: bare(first) };
}
