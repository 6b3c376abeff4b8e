import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { temporaryFolder } from "../temporaryFolder.ts";

/** A file backend with a passphrase, in a folder of its own. */
export interface Backend {
  readonly directory: string;
  /** What the CLI needs to use it, and to look up nothing outside. */
  readonly env: Readonly<Record<string, string>>;
}

/** Removed after the last test of the file. */
export function createBackend(): Backend {
  const directory = temporaryFolder("pulumi");
  mkdirSync(join(directory, "backend"));
  const env = {
    PULUMI_BACKEND_URL: `file://${join(directory, "backend")}`,
    PULUMI_HOME: join(directory, "home"),
    PULUMI_CONFIG_PASSPHRASE: "passphrase of the tests",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK: "true",
  };
  return { directory, env };
}

const stateFile = ({ directory }: Backend, project: string, stack: string) =>
  join(directory, "backend", ".pulumi", "stacks", project, `${stack}.json`);

/**
 * An empty stack, as `pulumi stack init` begins one. Each command that is saved is a process, and
 * processes are what these tests take longest for.
 */
export function addStack(backend: Backend, project: string, stack: string): void {
  const file = stateFile(backend, project, stack);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(join(backend.directory, "backend", ".pulumi", "meta.yaml"), "version: 1\n");
  const checkpoint = { stack: `organization/${project}/${stack}` };
  writeFileSync(file, JSON.stringify({ version: 0, checkpoint }));
}

/** The state's file, as it is stored. */
export function readStack(backend: Backend, project: string, stack: string): string {
  return readFileSync(stateFile(backend, project, stack), "utf8");
}

/** What the state's file holds of resources. */
export function resourcesIn(state: string): StoredResource[] {
  const { checkpoint } = JSON.parse(state) as Checkpoint;
  return checkpoint.latest?.resources ?? [];
}

/** What a program exported. */
export function outputsIn(state: string): StoredResource["outputs"] {
  return resourcesIn(state).find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs;
}

interface Checkpoint {
  readonly checkpoint: { readonly latest?: { readonly resources?: StoredResource[] } };
}

export interface StoredResource {
  readonly urn: string;
  readonly type: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}
