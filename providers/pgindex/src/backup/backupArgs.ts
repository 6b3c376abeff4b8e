import { createHash } from "node:crypto";
import ms from "ms";
import { z } from "zod";
import { indexSchema } from "../engine/declare/indexSchema";
import { toDesired } from "../engine/declare/parseIndex";
import { declaredStatement } from "../engine/declare/statement";
import { duration } from "../engine/input/duration";
import { loadParser } from "../engine/input/expression";
import { type Parsed, parseWith, wrong } from "../engine/input/parse";

/** A `Backup` as declared: valid input. */
export interface DesiredBackup {
  /** Where dumps are written. */
  readonly directory: string;
  /** What is run in the place of pg_dump, as a list of arguments; no shell reads it. */
  readonly command?: readonly string[];
  /** `pg_dump`, or the path of one. */
  readonly pgDump: string;
  /** Only these tables, as pg_dump's `--table` takes them. */
  readonly tables?: readonly string[];
  /** An older backup is made anew before the next change. */
  readonly maximumAgeMs: number;
  /** Stands for the definitions of the indexes that it is taken for. */
  readonly covers: string;
}

const text = z
  .string()
  .min(1, wrong("is empty", "write a text, or leave it out"))
  .refine((value) => !value.includes("\0"), wrong("contains a NUL character", "remove it"));

/** A word that begins with a dash would be an option. */
const word = text.refine(
  (value) => !value.startsWith("-"),
  wrong("begins with a dash", "remove it"),
);

const backupSchema = z.strictObject({
  indexes: z.array(indexSchema).min(1, wrong("is empty", "name the indexes that it is taken for")),
  directory: text.default("backups"),
  command: z.array(text).min(1, wrong("is empty", "name the program and its arguments")).optional(),
  pgDump: word.default("pg_dump"),
  tables: z.array(word).min(1, wrong("is empty", "name tables, or leave it out")).optional(),
  maximumAge: duration.default(ms("24h")),
});

/** Parses the arguments of a `Backup`. */
export async function parseBackup(raw: unknown): Promise<Parsed<DesiredBackup>> {
  await loadParser();
  const parsed = parseWith(backupSchema, raw);
  if (parsed.kind !== "ok") return parsed;
  const { indexes, maximumAge, ...rest } = parsed.value;
  const statements = indexes.map((index) => declaredStatement(toDesired(index)));
  const covers = createHash("sha256").update(statements.join("\n")).digest("hex").slice(0, 16);
  return { kind: "ok", value: { ...rest, maximumAgeMs: maximumAge, covers } };
}
