import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Database } from "./demoDatabase.ts";
import { STATE } from "./demoPaths.ts";
import type { Stack } from "./demoStack.ts";
import { count, type Result } from "./resultTable.ts";

/** Includes the plans of its queries from before the build, about half a kilobyte each. */
const MAXIMUM_BYTES = 6 * 1_024;
const INDEX_TYPE = "pulumi-nodejs:pgindex:Index";
/** The only code a state may contain: where our provider is found. */
const PROVIDER = /^exports\.handler = \(\) => require\("pulumi-pgindex\/provider"\)\.v1\.\w+$/;
const CODE = /=>|\bfunction\b|\brequire\(/;

interface StateResource {
  readonly type: string;
}

/** Checks that `pulumi stack export` reveals nothing secret to its readers. */
export async function stateIsClean(
  stacks: readonly Stack[],
  databases: readonly Database[],
): Promise<Result[]> {
  const states = await Promise.all(stacks.map((stack) => stack.state()));
  const resources = states.flatMap(resourcesOf);
  const indexes = resources.filter(({ type }) => type === INDEX_TYPE);
  const largest = Math.max(...indexes.map((index) => JSON.stringify(index).length));
  const code = resources.flatMap(texts).filter((text) => CODE.test(text) && !PROVIDER.test(text));
  const places = [...states, ...(await backendFiles())];
  const leaks = databases.filter(({ server }) =>
    places.some((text) => text.includes(server.password)),
  );
  return [
    {
      promise: "state: no password, no code",
      measured: `${count(leaks.length)} passwords, ${count(code.length)} pieces of code`,
      ok: leaks.length === 0 && code.length === 0,
    },
    {
      promise: "state: below 6 KB an index",
      measured: `at most ${count(largest)} bytes`,
      ok: indexes.length === 2 * stacks.length && largest < MAXIMUM_BYTES,
    },
  ];
}

function resourcesOf(state: string): StateResource[] {
  const { deployment } = JSON.parse(state) as { deployment: { resources: StateResource[] } };
  return deployment.resources;
}

/** Every string in a value. */
function texts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(texts);
}

/** The state's files, including history and backups. */
async function backendFiles(): Promise<string[]> {
  const entries = await readdir(STATE, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), "utf8")));
}
