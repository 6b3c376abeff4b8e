import type { IndexDefinition } from "../declare/desiredIndex";
import { PgIndexError } from "../errors/advice";
import { sqlState } from "../errors/sqlstate";
import { renderPath } from "../input/parse";
import type { Session } from "../session/session";
import { encodingAdvice } from "./tableMessages";

/** untranslatable_character */
const UNTRANSLATABLE = "22P05";

/**
 * Refuses a text that the database's encoding cannot hold: of a name the server would say only that,
 * and of a comment only after the build. Throws {@link PgIndexError}.
 */
export async function requireEncodable(session: Session, desired: IndexDefinition): Promise<void> {
  const texts = textsOf(argumentsOf(desired), []).filter(({ text }) => /[^\x20-\x7e]/.test(text));
  const together = await refusalOf(session, texts.map(({ text }) => text).join("\n"));
  if (!together) return;
  for (const { path, text } of texts) {
    const error = await refusalOf(session, text);
    if (error) throw new PgIndexError(encodingAdvice(desired, path, error), { cause: error });
  }
}

/** The same for what a session is opened with, which fails before anything can be asked. */
export function unencodableSchema(
  desired: IndexDefinition,
  error: unknown,
): PgIndexError | undefined {
  if (sqlState(error) !== UNTRANSLATABLE) return undefined;
  const argument = /[^\x20-\x7e]/.test(desired.schema) ? "schema" : "searchPath";
  return new PgIndexError(encodingAdvice(desired, argument, error as Error), { cause: error });
}

async function refusalOf(session: Session, text: string): Promise<Error | undefined> {
  if (text === "") return undefined;
  try {
    await session.query("SELECT $1::text", [text]);
    return undefined;
  } catch (error) {
    if (sqlState(error) === UNTRANSLATABLE) return error as Error;
    throw error;
  }
}

/** As the program has written them. */
function argumentsOf({ keys, ...definition }: IndexDefinition): object {
  return { ...definition, columns: keys };
}

interface Written {
  readonly path: string;
  readonly text: string;
}

function textsOf(value: unknown, path: readonly PropertyKey[]): Written[] {
  if (typeof value === "string") return [{ path: renderPath(path), text: value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    textsOf(each, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}
