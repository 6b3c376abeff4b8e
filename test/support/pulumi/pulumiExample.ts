import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createProject, type Project, type ProjectOptions } from "./pulumiCli.ts";

/** A folder of examples/: a project that people copy, and that the documents quote. */
export function createExample(name: string, options: Omit<ProjectOptions, "files">): Project {
  const folder = join("examples", name);
  const files = readdirSync(folder).map((file) => [file, readFileSync(join(folder, file), "utf8")]);
  return createProject({ files: Object.fromEntries(files), ...options });
}

/** Documents break long statements; the server does not care. */
export function documentedStatements(file: string): string[] {
  const text = readFileSync(join("examples", file), "utf8").replace(/\n +/g, " ");
  return text.trim().split("\n");
}

/** The statements in the text of a preview with --diff. */
export function previewedStatements(text: string): string[] {
  return [...text.matchAll(/^ *statement *: (".*")$/gm)].map(([, json]) => JSON.parse(json ?? ""));
}
