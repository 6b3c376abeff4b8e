import { createHash } from "node:crypto";
import ms from "ms";
import { z } from "zod";
import { indexSchema } from "../engine/declare/indexSchema";
import { toDesired } from "../engine/declare/parseIndex";
import { declaredStatement } from "../engine/declare/statement";
import { duration } from "../engine/input/duration";
import { loadParser } from "../engine/input/expression";
import { issueMessage, type Parsed, parseWith } from "../engine/input/parse";

/** A declared `Backup`: validated input. */
export interface DesiredBackup {
  /** Folder for the dumps. */
  readonly directory: string;
  /** The command to run instead of pg_dump, as a list of arguments; it runs without a shell. */
  readonly command?: readonly string[];
  /** The dump that the command writes, to be read back. */
  readonly file?: string;
  /** `pg_dump`, or its path. */
  readonly pgDump: string;
  /** Only these tables, in the syntax of pg_dump's `--table`. */
  readonly tables?: readonly string[];
  /** An older backup is replaced before the next change. */
  readonly maximumAgeMs: number;
  /** A hash of the definitions of the indexes it protects. */
  readonly covers: string;
}

const text = z
  .string()
  .min(1, issueMessage("is empty", "set it, or omit it"))
  .refine((value) => !value.includes("\0"), issueMessage("contains a NUL character", "remove it"));

/** A word starting with a dash would be read as an option. */
const word = text.refine(
  (value) => !value.startsWith("-"),
  issueMessage("begins with a dash", "remove it"),
);

const fields = z.strictObject({
  indexes: z.array(indexSchema).min(1, issueMessage("is empty", "name the indexes it protects")),
  directory: text.default("backups"),
  command: z
    .array(text)
    .min(1, issueMessage("is empty", "name the program and its arguments"))
    .optional(),
  file: word.optional(),
  pgDump: word.default("pg_dump"),
  tables: z.array(word).min(1, issueMessage("is empty", "name tables, or omit it")).optional(),
  maximumAge: duration.default(ms("24h")),
});

/** @internal */
export const backupSchema = fields.superRefine(({ command, file, tables }, ctx) => {
  if (file !== undefined && command === undefined)
    ctx.addIssue({
      code: "custom",
      message: issueMessage("is what command writes", "set directory for the dumps of pg_dump"),
      path: ["file"],
    });
  if (tables !== undefined && command !== undefined)
    ctx.addIssue({
      code: "custom",
      message: issueMessage("is for pg_dump alone", "let command choose what it backs up"),
      path: ["tables"],
    });
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
