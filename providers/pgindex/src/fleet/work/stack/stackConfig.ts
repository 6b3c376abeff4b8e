import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { PgIndexError } from "../../../engine/errors/advice";
import { missingTemplateAdvice, noProjectAdvice, secretOfServiceAdvice } from "./stackMessages";

const PROJECT = z.object({ name: z.string(), stackConfigDir: z.string().optional() });

const SETTINGS = z.looseObject({
  secretsprovider: z.string().optional(),
  encryptedkey: z.string().optional(),
  encryptionsalt: z.string().optional(),
  config: z.record(z.string(), z.unknown()).optional(),
});

type Settings = z.infer<typeof SETTINGS>;

/** Whose configuration is made of what. */
export interface StackConfig {
  /** The folder of the program. */
  readonly program: string;
  readonly stack: string;
  readonly template?: string;
  readonly config: Readonly<Record<string, string>>;
}

/**
 * Writes the configuration of a target's stack: the template's file, and the target's own values over
 * it. Secrets of the template stay encrypted: neither this process nor its arguments see them.
 */
export async function writeStackConfig(of: StackConfig): Promise<void> {
  const project = await readProject(of.program);
  const fileOf = (stack: string) =>
    join(of.program, project.stackConfigDir ?? "", `Pulumi.${stack}.yaml`);
  const template =
    of.template === undefined ? {} : await readSettings(fileOf(of.template), of.template);
  const own = await readSettings(fileOf(of.stack), undefined);
  const written = Object.entries(of.config).map(([key, value]) => [
    key.includes(":") ? key : `${project.name}:${key}`,
    value,
  ]);
  const config = { ...own.config, ...template.config, ...Object.fromEntries(written) };
  const settings: Settings = { ...own, ...template, config };
  if (Object.keys(config).length === 0 && Object.keys(settings).length === 1) return;
  await writeFile(fileOf(of.stack), stringify(settings));
}

async function readProject(program: string): Promise<z.infer<typeof PROJECT>> {
  for (const name of ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"]) {
    const text = await readFile(join(program, name), "utf8").catch(() => undefined);
    const parsed = text === undefined ? undefined : PROJECT.safeParse(parse(text));
    if (parsed?.success) return parsed.data;
  }
  throw new PgIndexError(noProjectAdvice(program));
}

/** `template`: its name, if the file has to be there. */
async function readSettings(file: string, template: string | undefined): Promise<Settings> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined && template !== undefined)
    throw new PgIndexError(missingTemplateAdvice(template, file));
  const settings = SETTINGS.parse((text && parse(text)) || {});
  const { encryptedkey, encryptionsalt, config = {} } = settings;
  const hasSecret = Object.values(config).some(
    (value) => typeof value === "object" && value !== null && "secure" in value,
  );
  if (template !== undefined && hasSecret && !encryptedkey && !encryptionsalt)
    throw new PgIndexError(secretOfServiceAdvice(template));
  return settings;
}
