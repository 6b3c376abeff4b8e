import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PACKAGE_FOLDER } from "../../packageManifest";

/** The package's schema, which `npm run docs` makes. */
interface Schema {
  readonly resources: Readonly<Record<string, { readonly properties: object }>>;
}

/** In the package's folder, beside dist. */
const FILE = join(PACKAGE_FOLDER, "schema.json");

let read: { readonly text: string; readonly schema: Schema } | undefined;

function load() {
  if (read) return read;
  const text = readFileSync(FILE, "utf8");
  read = { text, schema: JSON.parse(text) };
  return read;
}

export function schemaText(): string {
  return load().text;
}

/** The names of all outputs of a type, its arguments among them. */
export function outputsOf(type: string): string[] {
  return Object.keys(load().schema.resources[type]?.properties ?? {});
}

/** Only an index is there before Pulumi knows of it. */
export function isImportable(type: string): boolean {
  return type === "pgindex:index:Index";
}

/** Whether a preview reads it before it compares: what a read of the others does is not cheap. */
export function isReadFirst(type: string): boolean {
  return type === "pgindex:index:Index";
}
