import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measuredCommand, type Ran } from "../support/measuredCommand.ts";

const root = join(import.meta.dirname, "..", "..");
const STACK = "bench";

interface Recorded {
  readonly type: string;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/** A project with a file backend, in a folder of its own. */
export class Project {
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;

  constructor(program: string, env: NodeJS.ProcessEnv) {
    this.directory = mkdtempSync(join(tmpdir(), "pgindex-bench-"));
    const file = (name: string) => join(this.directory, name);
    mkdirSync(file("backend"));
    symlinkSync(join(root, "node_modules"), file("node_modules"));
    writeFileSync(file("Pulumi.yaml"), "name: bench\nruntime: nodejs\n");
    writeFileSync(file("package.json"), '{ "dependencies": { "pulumi-pgindex": "*" } }');
    writeFileSync(file("index.js"), program);
    this.env = {
      ...process.env,
      ...env,
      PULUMI_STACK: STACK,
      PULUMI_BACKEND_URL: `file://${file("backend")}`,
      PULUMI_HOME: file("home"),
      PULUMI_CONFIG_PASSPHRASE: "of a benchmark",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
  }

  /** `pulumi <args>`, which has to succeed. */
  run(...args: string[]): Promise<Ran> {
    return measuredCommand("pulumi", [...args, "--non-interactive", "--color=never"], {
      cwd: this.directory,
      env: this.env,
    });
  }

  /** The bytes that the state has for each resource of a type, on average. */
  stateBytes(type: string): number {
    const sizes = this.resources(type).map((each) => JSON.stringify(each).length);
    return sizes.length === 0 ? 0 : Math.round(sizes.reduce((a, b) => a + b) / sizes.length);
  }

  /** What the state has of the resources of a type. */
  resources(type: string): readonly Recorded[] {
    const file = join(this.directory, "backend", ".pulumi", "stacks", "bench", `${STACK}.json`);
    const { checkpoint } = JSON.parse(readFileSync(file, "utf8"));
    const all: readonly Recorded[] = checkpoint.latest?.resources ?? [];
    return all.filter((each) => each.type === type);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
