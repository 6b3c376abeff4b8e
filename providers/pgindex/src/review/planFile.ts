import { createHash } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { PgIndexError } from "../engine/errors/advice";
import { fromJson } from "../engine/input/jsonText";
import { FORMAT_VERSION, type Plan, planSchema } from "./plan";
import * as say from "./planFileMessages";

/** A plan as it is kept: with a digest by which an edited one is told apart. */
export const planFileSchema = planSchema.extend({
  digest: z.string().describe("SHA-256 of everything else, as JSON with sorted keys"),
});

const headSchema = z.object({ format: z.literal("pgindex-plan"), formatVersion: z.number() });

/** As `--format json` prints it, and `--out` keeps it. */
export function planText(plan: Plan): string {
  return `${JSON.stringify({ ...plan, digest: digestOf(plan) }, null, 2)}\n`;
}

/** Writes it for this user alone: it shows the schema, and what runs on the server. */
export function writePlan(file: string, plan: Plan): void {
  try {
    // An older file keeps its mode.
    rmSync(file, { force: true });
    writeFileSync(file, planText(plan), { mode: 0o600 });
  } catch (error) {
    throw new PgIndexError(say.cannotWriteAdvice(file, error), { cause: error });
  }
}

/** Reads a plan. Throws {@link PgIndexError} for anything that `pgindex plan` has not written so. */
export function readPlan(file: string): Plan {
  const raw = fromJson(textOf(file));
  if (raw === undefined) throw new PgIndexError(say.notJsonAdvice(file));
  const head = headSchema.safeParse(raw);
  if (!head.success) throw new PgIndexError(say.noPlanAdvice(file));
  const { formatVersion } = head.data;
  if (formatVersion !== FORMAT_VERSION)
    throw new PgIndexError(say.otherFormatAdvice(file, formatVersion, FORMAT_VERSION));
  const found = planFileSchema.safeParse(raw);
  if (!found.success) throw new PgIndexError(say.editedAdvice(file));
  const { digest, ...plan } = found.data;
  if (digest !== digestOf(plan)) throw new PgIndexError(say.editedAdvice(file));
  return plan;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new PgIndexError(say.cannotReadAdvice(file, error), { cause: error });
  }
}

function digestOf(plan: Plan): string {
  return `sha256:${createHash("sha256").update(JSON.stringify(plan, sortedKeys)).digest("hex")}`;
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
