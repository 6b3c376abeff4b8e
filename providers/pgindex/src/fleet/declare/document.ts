import { readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { createJiti } from "jiti";
import { parseDocument } from "yaml";
import { errorText, PgIndexError } from "../../engine/errors/advice";
import { unloadableAdvice, unparsableAdvice, unreadableFileAdvice } from "./declareMessages";

const MODULES = new Set([".ts", ".mts", ".cts", ".js", ".mjs", ".cjs"]);

/** Reads YAML, JSON (which is YAML), or what a TypeScript or JavaScript module exports by default. */
export async function readDocument(file: string): Promise<unknown> {
  if (MODULES.has(extname(file))) return loadModule(file);
  const text = await readFile(file, "utf8").catch((error) => {
    throw new PgIndexError(unreadableFileAdvice(file, error), { cause: error });
  });
  return parseText(text, file);
}

/** `from`: where the text is from, for messages. No part of the text itself is shown. */
export function parseText(text: string, from: string): unknown {
  const document = parseDocument(text, { prettyErrors: false });
  const [error] = document.errors;
  if (!error) return document.toJS();
  const before = text.slice(0, error.pos[0]).split("\n");
  const place = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  throw new PgIndexError(unparsableAdvice(from, place, error.code));
}

/** A module may export a function, which is called. */
async function loadModule(file: string): Promise<unknown> {
  const jiti = createJiti(pathToFileURL(resolve("noop.js")).href);
  try {
    const exported = await jiti.import(resolve(file), { default: true });
    return typeof exported === "function" ? await exported() : exported;
  } catch (error) {
    throw new PgIndexError(unloadableAdvice(file, errorText(error)), { cause: error });
  }
}
