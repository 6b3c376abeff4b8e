import { readIndex } from "../../engine/catalog/indexes";
import type { LiveIndex } from "../../engine/catalog/liveIndex";
import { ownerOf } from "../../engine/declare/ownershipMark";
import { parseIndexArgs } from "../../engine/declare/parseIndex";
import { declaredStatement } from "../../engine/declare/statement";
import { PgIndexError } from "../../engine/errors/advice";
import { toIndexOutputs } from "../../engine/record/outputs";
import { readDatabaseIdentity } from "../../engine/session/databaseIdentity";
import type { Session } from "../../engine/session/session";
import { serverTime, withObserver } from "../../engine/session/workspace";
import { declaredForm } from "../../engine/situation/declaredForm";
import { similarNames } from "../../engine/text/similarNames";
import type { IndexDeclaration } from "../../import/declaration";
import { readLiveIndexes } from "../../import/live/liveIndexes";
import type { Call, Found } from "../contract";
import type { Runtime } from "../runtime";
import { foreignIndexAdvice, noSuchIndexAdvice, notDeclarableAdvice } from "./nativeMessages";
import { pack, unpack } from "./values";

/**
 * An index that stands, as it would be declared and as `pulumi up` would record it. Changes nothing:
 * the index gets its mark with the first change.
 */
export async function importIndex(runtime: Runtime, { urn }: Call, id: string): Promise<Found> {
  const options = { purpose: `import ${id}`, writable: true };
  return withObserver(runtime.database(), options, async (session) => {
    const live = await findIndex(session, id);
    const { mark } = live;
    if (mark && (!urn || mark.urn !== ownerOf(urn).urn))
      throw new PgIndexError(foreignIndexAdvice(id, mark));
    // In the order of a program's: that of parameters shows in the statement.
    const declaration = unpack(pack(await declarationOf(session, live))).values;
    const parsed = await parseIndexArgs(declaration);
    if (parsed.kind !== "ok") throw new Error("what was imported cannot be declared");
    const desired = parsed.value;
    const form = await declaredForm(session, desired);
    const ensured = {
      live,
      declared: form.kind === "ok" ? form.canonical : undefined,
      adopted: true,
      verifiedAt: await serverTime(session),
      database: await readDatabaseIdentity(session),
    };
    const { schema } = live;
    const inputs = { ...declaration, schema, statement: declaredStatement(desired) };
    const outputs = { ...inputs, ...toIndexOutputs(ensured, desired, []) };
    return { id: `${schema}.${live.name}`, inputs, outputs };
  });
}

interface Named {
  readonly oid: number;
  readonly id: string;
  readonly isMeant: boolean;
}

/** `schema.name`, or the name of one in `public`. A name can have dots itself. */
async function findIndex(session: Session, id: string): Promise<LiveIndex> {
  const rows = await session.query<Named>(
    `SELECT c.oid::int8::float8 AS oid, n.nspname || '.' || c.relname AS id,
            $1::text IN (n.nspname || '.' || c.relname,
                   CASE n.nspname WHEN 'public' THEN c.relname END) AS "isMeant"
       FROM pg_index JOIN pg_class c ON c.oid = indexrelid JOIN pg_namespace n ON n.oid = relnamespace
      WHERE n.nspname !~ '^pg_'`,
    [id],
  );
  const meant = rows.find(({ isMeant }) => isMeant);
  const live = meant && (await readIndex(session, meant.oid));
  if (live) return live;
  const names = rows.map((row) => row.id);
  throw new PgIndexError(noSuchIndexAdvice(id, similarNames(id, names)));
}

async function declarationOf(session: Session, live: LiveIndex): Promise<IndexDeclaration> {
  const { schema, name, table } = live;
  const selection = { schemas: [], tables: [{ schema, name: table }] };
  const { found, skipped } = await readLiveIndexes(session, selection);
  const declaration = found.find((each) => each.name === name);
  if (declaration) return declaration;
  const reason = skipped.find((each) => each.name === name)?.reason ?? "was dropped just now";
  throw new PgIndexError(notDeclarableAdvice(`${schema}.${name}`, reason));
}
