import { randomBytes } from "node:crypto";
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { configFile, ENVIRONMENT, LOGS, PLACE, ROOT, STACKS, STATE } from "./demoPaths.ts";

/** A process's environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Sets up an empty backend and returns an environment in which `pulumi` uses it and nothing else.
 */
export async function freshEnvironment(): Promise<Environment> {
  await rm(PLACE, { recursive: true, force: true });
  await mkdir(LOGS, { recursive: true });
  await mkdir(STATE);
  for (const stack of STACKS)
    await copyFile(join(ROOT, `stacks/Pulumi.${stack}.yaml`), configFile(stack));
  await writeFile(join(PLACE, "Pulumi.yaml"), await projectOfCopies());
  return { ...process.env, ...ownSettings() };
}

/**
 * `pulumi stack init` writes a new stack's salt next to the project file: here, next to the copies.
 */
async function projectOfCopies(): Promise<string> {
  const project = await readFile(join(ROOT, "Pulumi.yaml"), "utf8");
  return project.replace(/^stackConfigDir:.*$/m, "stackConfigDir: .").replace(/^main:.*\n/m, "");
}

/** The watcher's own Pulumi settings, stacks and databases must not affect this run. */
export function forgetForeignSettings(): void {
  for (const name of Object.keys(process.env))
    if (/^(PULUMI_|PG(?!INDEX_)|DATABASE_URL$)/.test(name)) delete process.env[name];
}

function ownSettings(): Record<string, string> {
  return {
    PULUMI_BACKEND_URL: pathToFileURL(STATE).href,
    PULUMI_CONFIG_PASSPHRASE: randomBytes(18).toString("base64url"),
    PULUMI_HOME: join(PLACE, "home"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}

/**
 * Writes the variables a shell needs to continue with this run's stacks. Readable only by its
 * owner.
 */
export async function writeEnvironment(
  env: Environment,
  urls: Readonly<Record<string, string>>,
): Promise<void> {
  const ours = Object.entries(env).filter(([name]) => /^(PULUMI_|PATH$)/.test(name));
  const lines = [...ours, ...Object.entries(urls)].map(
    ([name, value = ""]) => `export ${name}=${quoted(value)}`,
  );
  await writeFile(ENVIRONMENT, `${lines.join("\n")}\n`, { mode: 0o600 });
}

const quoted = (value: string) => `'${value.replaceAll("'", `'\\''`)}'`;
