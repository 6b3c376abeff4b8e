import { posix } from "node:path";
import { floorOf } from "./rooms.ts";
import { adviceLines, type Import, importsOf, parse } from "./syntax.ts";

/** The texts of a package's sources, by their paths below `src`, such as `engine/plan/plan.ts`. */
export type Sources = Readonly<Record<string, string>>;

/** More files than this are more than one room. */
const MOST_FILES = 12;

/** A longer file tells more than one thing. */
const MOST_LINES = 200;

/** Everything that breaks a rule of the house: a line each, which names file, import and rule. */
export function complaints(sources: Sources): string[] {
  const ofFiles = Object.entries(sources).flatMap(([file, text]) => ofFile(file, text));
  return [...ofFiles, ...fullFolders(Object.keys(sources))];
}

function ofFile(file: string, text: string): string[] {
  const source = parse(file, text);
  const imports = importsOf(source);
  return [
    ...(isOfEngine(file) ? ofEngineFile(file, imports) : []),
    ...(file.startsWith("resources/") ? ofResource(file, imports) : []),
    ...ofFleet(file, imports),
    ...(file.endsWith("Messages.ts") ? [] : strayAdvice(file, adviceLines(source))),
    ...tooLong(file, text),
  ];
}

function ofEngineFile(file: string, imports: readonly Import[]): string[] {
  const floor = floorOf(roomOf(file));
  if (floor < 0) return [`${file} is in no room of the engine: see tools/house/rooms.ts`];
  return imports.flatMap((each) => {
    const rule = brokenBy(each, file, floor);
    return rule
      ? [`${file}:${each.line} imports ${each.from ?? "what only a run knows"}: ${rule}`]
      : [];
  });
}

/** The rule that an engine file's import breaks. */
function brokenBy({ from }: Import, file: string, floor: number): string | undefined {
  if (from === undefined) return "nobody can tell in which room that is";
  if (/^(@pulumi\/|pulumi-pgindex\b)/.test(from)) return "the engine knows nothing of Pulumi";
  if (!from.startsWith(".")) return undefined;
  const target = resolve(file, from);
  if (!isOfEngine(target)) return "the engine imports nothing outside of it";
  if (floorOf(roomOf(target)) > floor)
    return `a file of ${roomOf(file)} imports only its own room and earlier ones`;
  return undefined;
}

function ofResource(file: string, imports: readonly Import[]): string[] {
  return imports
    .filter(
      ({ from, isType }) => from?.startsWith(".") && !isType && isOfEngine(resolve(file, from)),
    )
    .map(
      ({ from, line }) =>
        `${file}:${line} imports ${from}: a resource takes only types of the engine ` +
        "(import type), since every program loads it",
    );
}

/** The packages of a fleet that others do without, and the one file that may import each. */
const OF_FLEETS: readonly (readonly [name: RegExp, only: string])[] = [
  [/^@pulumi\//, "fleet/work/stack/stackRun.ts"],
  [/^pg-boss$/, "fleet/queue/queue.ts"],
];

function ofFleet(file: string, imports: readonly Import[]): string[] {
  return OF_FLEETS.flatMap(([name, only]) =>
    imports
      .filter(({ from = "" }) => name.test(from) && file !== only)
      .filter(({ from }) => file.startsWith("fleet/") || from === "pg-boss")
      .map(({ from, line }) => `${file}:${line} imports ${from}: in fleets, only ${only} does`),
  );
}

function strayAdvice(file: string, lines: readonly number[]): string[] {
  return lines.map((line) => `${file}:${line} writes an advice: those stand in *Messages.ts`);
}

function tooLong(file: string, text: string): string[] {
  const lines = text.trimEnd().split("\n").length;
  return lines > MOST_LINES ? [`${file} has ${lines} lines: more than ${MOST_LINES}`] : [];
}

function fullFolders(files: readonly string[]): string[] {
  const folders = Map.groupBy(files, (file) => posix.dirname(file));
  return [...folders]
    .filter(([, inside]) => inside.length > MOST_FILES)
    .map(
      ([folder, { length }]) =>
        `${folder} has ${length} files: more than ${MOST_FILES} are more than one room`,
    );
}

function isOfEngine(path: string): boolean {
  return path.startsWith("engine/");
}

/** `plan` of `engine/plan/plan.ts`; empty for a file that stands in the engine itself. */
function roomOf(path: string): string {
  const [, room = "", ...rest] = path.split("/");
  return rest.length > 0 ? room : "";
}

function resolve(file: string, from: string): string {
  return posix.join(posix.dirname(file), from);
}
