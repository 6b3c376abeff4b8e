import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureIndex } from "../../../providers/pgindex/src/engine/build/ensure.ts";
import {
  type IndexOutputs,
  toIndexOutputs,
} from "../../../providers/pgindex/src/engine/record/outputs.ts";
import { type Args, declare, record, targetOf } from "../engine/engine.ts";
import { temporaryFolder } from "../temporaryFolder.ts";

/** Builds an index as `pulumi up` does, and gives what it leaves in the state. */
export async function buildIndex(
  url: string,
  args: Args,
  { ctx } = record(),
): Promise<IndexOutputs> {
  const desired = await declare(args);
  const ensured = await ensureIndex({ database: targetOf(url), desired, ctx });
  return toIndexOutputs(ensured, desired, []);
}

/** A resource of ours as `pulumi stack export` prints it. */
export function exported(kind: "Index" | "Verification", name: string, outputs: object) {
  const type = `pulumi-nodejs:pgindex:${kind}`;
  return { urn: `urn:pulumi:production::shop::${type}::${name}`, type, custom: true, outputs };
}

/** Writes what `pulumi stack export --file` does, and gives the file's path. */
export async function writeState(resources: readonly object[]): Promise<string> {
  const stack = {
    urn: "urn:pulumi:production::shop::pulumi:pulumi:Stack::shop-production",
    type: "pulumi:pulumi:Stack",
  };
  const file = join(temporaryFolder("state"), "state.json");
  const state = { version: 3, deployment: { resources: [stack, ...resources] } };
  await writeFile(file, JSON.stringify(state));
  return file;
}
