import { execFileSync } from "node:child_process";
import { pgindex } from "./cli.ts";

/** A block of shell in a document. */
export interface ShellBlock {
  readonly line: number;
  readonly text: string;
  /** The comment before it, which says who runs it; empty if there is none. */
  readonly marker: string;
}

const BLOCK = /(?:^<!-- (.*) -->\n)?^```(?:bash|sh|shell)\n([\s\S]*?)^```$/gm;

export function shellBlocks(document: string): ShellBlock[] {
  return [...document.matchAll(BLOCK)].map(({ 0: whole, 1: marker = "", 2: text = "", index }) => {
    const line = document.slice(0, index + whole.indexOf("```")).split("\n").length;
    return { line, text, marker };
  });
}

/** Code within a line, and lines of blocks in no language, that call one of the two commands. */
export function calls(document: string): string[] {
  const blocks = [...document.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].flatMap(([, text = ""]) =>
    text.replaceAll(/\\\n/g, " ").split("\n"),
  );
  const spans = [...document.matchAll(/`([^`\n]+)`/g)].map(([, text = ""]) => text);
  const begins = /^(?:\$ )?(?:[A-Z_]+=\S+ )?(?:npx )?(?:pgindex|pulumi) [a-z-]/;
  const inShell = shellBlocks(document).flatMap(({ text }) =>
    text.replaceAll(/\\\n/g, " ").split("\n"),
  );
  return [...new Set([...inShell, ...[...blocks, ...spans].filter((text) => begins.test(text))])];
}

type Tool = "pgindex" | "pulumi";

interface Help {
  /** Other names of the command itself, which the list that it stands in does not have. */
  readonly aliases: ReadonlySet<string>;
  readonly commands: ReadonlySet<string>;
  readonly options: ReadonlySet<string>;
}

const helps = new Map<string, Promise<Help>>();

/** What the command's own help lists. */
function helpOf(tool: Tool, path: readonly string[]): Promise<Help> {
  const key = [tool, ...path].join(" ");
  const known = helps.get(key) ?? readHelp(tool, path);
  helps.set(key, known);
  return known;
}

async function readHelp(tool: Tool, path: readonly string[]): Promise<Help> {
  const args = [...path, "--help"];
  // Documents say of what is experimental that it is.
  const env = { ...process.env, PULUMI_EXPERIMENTAL: "1" };
  const text =
    tool === "pgindex"
      ? (await pgindex(args)).out
      : execFileSync("pulumi", args, {
          env,
          encoding: "utf8",
          stdio: ["ignore", "pipe", "ignore"],
        });
  const commands = text.matchAll(/^ {2,6}([a-z][a-z-]*)(?: \[|\s{2,}|$)/gm);
  const options = text.matchAll(/^ +(?:(-\w), )?(--[\w-]+)/gm);
  const [, aliases = ""] = /^Aliases:\n +(.*)$/m.exec(text) ?? [];
  return {
    aliases: new Set(aliases.split(", ")),
    commands: new Set([...commands].map(([, name = ""]) => name)),
    options: new Set(
      [...options].flatMap(([, short, long = ""]) => [long, ...(short ? [short] : [])]),
    ),
  };
}

const WORDS = /"(?:[^"\\]|\\.)*"|'[^']*'|[^\s'"]+/g;

/** What is wrong with a line's calls of `pgindex` and `pulumi`, by the help of each. */
export async function mistakesIn(line: string): Promise<string[]> {
  const mistakes: string[] = [];
  // What another command runs, such as railway.
  const nested = [...line.matchAll(/'([^']*\bpulumi [^']*)'/g)].map(([, text = ""]) => text);
  const parts = [line.replaceAll(/'[^']*\bpulumi [^']*'/g, ""), ...nested];
  for (const part of parts.flatMap((text) => text.split(/&&|\|\||[|;>]|&(?= |$)|(?:^|\s)#/)))
    mistakes.push(...(await mistakesOfCall([...part.matchAll(WORDS)].map(([word]) => word))));
  return mistakes;
}

async function mistakesOfCall(words: readonly string[]): Promise<string[]> {
  const at = words.findIndex((word) => /^(pgindex|pulumi)$/.test(word));
  if (at < 0 || words.slice(0, at).some((word) => word === "install")) return [];
  const tool = words[at] as Tool;
  const path: string[] = [];
  const mistakes: string[] = [];
  let args = words.slice(at + 1);
  if (words.slice(0, at).join(" ") === "npm run" && args[0] === "--") args = args.slice(1);
  for (const word of args) {
    if (word === "--") break;
    const { commands, options } = await helpOf(tool, path);
    const [option = ""] = word.split("=");
    if (/^--?[a-z]/i.test(word)) {
      if (!options.has(option) && option !== "--help" && option !== "--version")
        mistakes.push(`${[tool, ...path].join(" ")} has no option ${option}`);
    } else if (commands.has(word) || (await isAlias(tool, path, word))) path.push(word);
    else if (path.length === 0 && /^[a-z-]+$/.test(word))
      mistakes.push(`${tool} has no command ${word}`);
  }
  return mistakes;
}

async function isAlias(tool: Tool, path: readonly string[], word: string): Promise<boolean> {
  const { commands } = await helpOf(tool, path);
  if (tool !== "pulumi" || commands.size === 0 || !/^[a-z]+$/.test(word)) return false;
  // Asked for what it does not know, Pulumi shows the help of what it knows.
  return (await helpOf(tool, [...path, word])).aliases.has(word);
}
