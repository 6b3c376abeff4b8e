import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atEnd } from "../atEnd.ts";

/** A file backend with a passphrase, in a folder of its own. */
export interface Backend {
  readonly directory: string;
  /** What the CLI needs to use it, and to look up nothing outside. */
  readonly env: Readonly<Record<string, string>>;
}

/** Removed after the last test of the file. */
export function createBackend(): Backend {
  const directory = mkdtempSync(join(tmpdir(), "pgindex-pulumi-"));
  atEnd(() => rmSync(directory, { recursive: true, force: true }));
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
