import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { PgIndexError } from "../../engine/errors/advice";
import { askEngine, type SchemaFile } from "./engineThread";
import {
  ENGINE,
  missingEngineAdvice,
  otherSystemAdvice,
  refusedSchemaAdvice,
} from "./prismaMessages";

/**
 * The SQL that Prisma itself makes of a schema in one or several files, by its own engine from the
 * project that has them, else from the folder that the program runs in, or this package's. No
 * database is asked.
 */
export function sqlOfPrismaSchema(files: readonly SchemaFile[]): string {
  const [{ path = "" } = {}] = files;
  const provider = files.map(({ content }) => PROVIDER.exec(content)?.[1]).find(Boolean);
  if (provider && !/^postgres(ql)?$/.test(provider))
    throw new PgIndexError(otherSystemAdvice(path, provider));
  const places = [resolve(path), join(process.cwd(), "noop.js"), __filename];
  const version = found(
    places,
    (require) => require("@prisma/engines-version/package.json").version,
  );
  const engine = found(places, (require) => require.resolve(`${ENGINE}/schema_engine_bg`));
  if (engine === undefined) throw new PgIndexError(missingEngineAdvice(path));
  let asked = files.map(withoutUrls);
  for (;;) {
    const answer = askEngine(engine, asked);
    if ("sql" in answer) return answer.sql;
    const feature = UNKNOWN_FEATURE.exec(plain(answer.refused))?.[1];
    const next = asked.map((file) => withoutFeature(file, feature));
    if (next.every(({ content }, i) => content === asked[i]?.content)) {
      throw new PgIndexError(refusedSchemaAdvice(path, plain(answer.refused), version));
    }
    asked = next;
  }
}

const UNKNOWN_FEATURE = /^The preview feature "(\w+)" is not known/;

/** A release refuses what only another one offers its client; SQL is made of neither. */
function withoutFeature({ path, content }: SchemaFile, feature = ""): SchemaFile {
  const list = /^(\s*previewFeatures\s*=\s*)\[([^\]]*)\]/gm;
  const without = (_: string, start: string, features: string) => {
    const kept = features.split(",").filter((each) => each.trim() !== `"${feature}"`);
    return `${start}[${kept.join(",")}]`;
  };
  return { path, content: content.replaceAll(list, without) };
}

const PROVIDER = /^\s*datasource\s+\w+\s*\{[^}]*?^\s*provider\s*=\s*"(\w+)"/ms;

/** Where the database is: 7 refuses what 6 wants in the schema, and neither makes another SQL of it. */
function withoutUrls({ path, content }: SchemaFile): SchemaFile {
  const source = /^\s*datasource\s+\w+\s*\{[^}]*\}/m;
  const urls = /^([ \t]*)(url|directUrl|shadowDatabaseUrl)\s*=.*$/gm;
  return { path, content: content.replace(source, (block) => block.replaceAll(urls, "$1")) };
}

function found<T>(places: readonly string[], look: (require: NodeJS.Require) => T): T | undefined {
  for (const place of places) {
    try {
      return look(createRequire(place));
    } catch {
      // The next place may have it.
    }
  }
  return undefined;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the engine colours its messages
const COLOURS = /\u001b\[[\d;]*m/g;

/** The first error of the engine on one line: its message, and where it is. */
function plain(message: string): string {
  const [, first = message] = message.replaceAll(COLOURS, "").split(/^error: /m);
  const [said = "", place = ""] = first.split(/\n\s*-->\s*/);
  const [at = ""] = place.split(/\s*\n/);
  return `${said.replaceAll(/\s+/g, " ").trim()}${at === "" ? "" : ` (${at})`}`;
}
