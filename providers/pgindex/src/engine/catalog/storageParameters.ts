/** Options of an index or operator class, by name. Their order has no meaning. */
export type Parameters = Readonly<Record<string, string>>;

type Type = "boolean" | "enum";

/**
 * The parameters whose values PostgreSQL accepts in any case or spelling (`boolRelOpts` and
 * `enumRelOpts` in access/common/reloptions.c, and those of GIN, GiST and BRIN). All other values
 * are compared literally: they can be text such as JSON.
 */
const TYPES: ReadonlyMap<string, Type> = new Map<string, Type>([
  ["deduplicate_items", "boolean"],
  ["fastupdate", "boolean"],
  ["autosummarize", "boolean"],
  ["buffering", "enum"],
]);

/**
 * Parses `pg_class.reloptions` or `pg_attribute.attoptions`; every spelling of a boolean becomes
 * `on` or `off`.
 *
 * @example
 * parametersOf(["fillfactor=70", "fastupdate=YES"]) // { fillfactor: "70", fastupdate: "on" }
 */
export function parametersOf(options: readonly string[]): Parameters {
  return Object.fromEntries(options.map(readOption));
}

function readOption(option: string): [name: string, value: string] {
  const at = option.indexOf("=");
  const name = option.slice(0, at);
  return [name, canonicalValue(name, option.slice(at + 1))];
}

function canonicalValue(name: string, value: string): string {
  switch (TYPES.get(name)) {
    case "boolean":
      return canonicalBoolean(value);
    case "enum":
      return value.toLowerCase();
    case undefined:
      return value;
  }
}

/**
 * PostgreSQL accepts every unambiguous prefix of a boolean word (`parse_bool` in utils/adt/bool.c).
 */
function canonicalBoolean(value: string): string {
  const text = value.trim().toLowerCase();
  const startsOne = (...words: string[]) => words.some((word) => word.startsWith(text));
  if (text === "") return value;
  if (text === "1" || text === "on" || startsOne("true", "yes")) return "on";
  if (text === "0" || (text !== "o" && startsOne("off")) || startsOne("false", "no")) return "off";
  return value;
}

/**
 * Renders `fillfactor=70, x='a, b'`: a value that is not a single word is quoted, so it cannot look
 * like two parameters.
 */
export function renderParameters(parameters: Parameters): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${/^[\w.+-]*$/.test(value) ? value : quoted(value)}`)
    .sort()
    .join(", ");
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
