// Every process of our own runs with the flags, however it is started.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { atEnd } from "../support/atEnd.ts";
import { startNativeProvider, startProvider } from "../support/pulumi/pulumiProvider.ts";

/** Notes the flags that a process sets. */
const NOTING = `const v8 = require("node:v8");
const set = v8.setFlagsFromString;
v8.setFlagsFromString = (flag) => {
  require("node:fs").appendFileSync(process.env.NOTED_FLAGS, flag + "\\n");
  set(flag);
};`;

type Env = Readonly<Record<string, string>>;

const STARTS: Readonly<Record<string, (env: Env) => Promise<unknown>>> = {
  // It loads what the program has sent: a call refuses its arguments.
  "the dynamic provider": async (env) => (await startProvider(env)).create({}),
  "the native provider's program": (env) => startNativeProvider(env),
  "the native provider's folder": (env) => startNativeProvider(env, "no engine", "folder"),
  "the command line": async (env) => {
    const program = join(process.cwd(), "providers", "pgindex", "pgindex");
    execFileSync(process.execPath, [program, "--version"], { env: { ...process.env, ...env } });
  },
};

test.each(Object.keys(STARTS))("%s uses little memory", async (name) => {
  const folder = mkdtempSync(join(tmpdir(), "pgindex-flags-"));
  atEnd(() => rmSync(folder, { recursive: true }));
  const noted = join(folder, "flags");
  writeFileSync(join(folder, "noting.cjs"), NOTING);
  await STARTS[name]?.({
    NOTED_FLAGS: noted,
    NODE_OPTIONS: `--require=${join(folder, "noting.cjs")}`,
  });
  expect(readFileSync(noted, "utf8")).toContain("--no-wasm-dynamic-tiering\n");
});
