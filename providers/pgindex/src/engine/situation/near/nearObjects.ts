import type { IndexDefinition, ObjectName } from "../../declare/desiredIndex";
import type { Session } from "../../session/session";
import { similarNames } from "../../text/similarNames";
import type { Cause } from "../causes/cause";
import { extensionWith } from "./extensions";
import { elsewhereCause, extensionCause, nearCause, otherMethodCause } from "./nameMessages";

/** An object with a schema, as the catalog has it. */
interface Named {
  readonly schema: string;
  readonly name: string;
}

/** The declared operator class that does not exist. */
export async function nearOperatorClass(
  observer: Session,
  index: IndexDefinition,
): Promise<Cause | undefined> {
  const { accessMethod, searchPath } = index;
  const all = await observer.query<Named & { readonly method: string }>(
    `SELECT n.nspname AS schema, o.opcname AS name, m.amname AS method
       FROM pg_opclass o JOIN pg_namespace n ON n.oid = o.opcnamespace
       JOIN pg_am m ON m.oid = o.opcmethod`,
  );
  const ofMethod = all.filter(({ method }) => method === accessMethod);
  const wanted = index.keys
    .flatMap(({ operatorClass }) => operatorClass ?? [])
    .find((it) => !ofMethod.some((known) => isSeen(it, known, searchPath)));
  if (!wanted) return undefined;
  const same = all.filter(({ name }) => name === wanted.name);
  const elsewhere = same.find(({ method }) => method === accessMethod);
  if (elsewhere) return elsewhereCause("operatorClass", elsewhere);
  const [ofOther] = same;
  if (ofOther) return otherMethodCause(ofOther);
  const needed = await extensionWith(observer, "operatorClass", wanted.name);
  if (needed) return extensionCause(needed);
  const names = ofMethod.map(({ name }) => name);
  return nearCause("operatorClass", wanted.name, similarNames(wanted.name, names));
}

/** Whether PostgreSQL finds the object by the declared name. */
function isSeen(wanted: ObjectName, known: Named, searchPath: readonly string[]): boolean {
  if (wanted.name !== known.name) return false;
  if (wanted.schema !== undefined) return wanted.schema === known.schema;
  return ["pg_catalog", ...searchPath].includes(known.schema);
}

/** The declared collation that does not exist. */
export async function nearCollation(
  observer: Session,
  { keys, searchPath }: IndexDefinition,
): Promise<Cause | undefined> {
  const all = await observer.query<Named>(
    `SELECT n.nspname AS schema, c.collname AS name
       FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
      WHERE c.collencoding IN (-1, (SELECT encoding FROM pg_database
                                     WHERE datname = current_database()))`,
  );
  const wanted = keys
    .flatMap(({ collation }) => collation ?? [])
    .find((it) => !all.some((known) => isSeen(it, known, searchPath)));
  if (!wanted) return undefined;
  const elsewhere = all.find(({ name }) => name === wanted.name);
  if (elsewhere) return elsewhereCause("collation", elsewhere);
  const names = all.map(({ name }) => name);
  return nearCause("collation", wanted.name, similarNames(wanted.name, names));
}

export async function nearAccessMethod(
  observer: Session,
  { accessMethod }: IndexDefinition,
): Promise<Cause | undefined> {
  const rows = await observer.query<{ name: string }>(
    "SELECT amname AS name FROM pg_am WHERE amtype = 'i' ORDER BY amname",
  );
  const names = rows.map(({ name }) => name);
  if (names.includes(accessMethod)) return undefined;
  const needed = await extensionWith(observer, "accessMethod", accessMethod);
  if (needed) return extensionCause(needed);
  return nearCause("accessMethod", accessMethod, similarNames(accessMethod, names), names);
}

/** Nothing if the tablespace is there, or none is declared. */
export async function nearTablespace(
  observer: Session,
  { tablespace }: Pick<IndexDefinition, "tablespace">,
): Promise<Cause | undefined> {
  if (tablespace === undefined) return undefined;
  const rows = await observer.query<{ name: string }>(
    "SELECT spcname AS name FROM pg_tablespace WHERE spcname <> 'pg_global' ORDER BY spcname",
  );
  const names = rows.map(({ name }) => name);
  if (names.includes(tablespace)) return undefined;
  return nearCause("tablespace", tablespace, similarNames(tablespace, names), names);
}
