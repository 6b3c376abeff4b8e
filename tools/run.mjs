#!/usr/bin/env node
// Prepares the clone for a target (npm packages, the package's build, the Pulumi CLI) and then runs
// it under Node 24. Needs only Node 20 and npm.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter } from "node:path";
import { ensureBuild } from "./setup/build.mjs";
import { SetupError } from "./setup/command.mjs";
import { ensureDependencies } from "./setup/dependencies.mjs";
import { bin, compileCache } from "./setup/paths.mjs";
import { ensurePulumi } from "./setup/pulumi.mjs";
import { target } from "./setup/targets.mjs";

async function main() {
  const { command, build, pulumi, env } = target(process.argv.slice(2));
  await ensureDependencies();
  if (build) await ensureBuild();
  const folders = pulumi ? [bin, await ensurePulumi()] : [bin];
  if (!command?.length) return;
  process.removeAllListeners("SIGINT").removeAllListeners("SIGTERM").removeAllListeners("SIGHUP");
  runTarget(command, { ...environment(folders), ...env });
}

function environment(folders) {
  return {
    ...process.env,
    PATH: [...folders, process.env.PATH].join(delimiter),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    // Each Pulumi command starts three Node processes, which load the same megabytes of JavaScript.
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE || compileCache,
  };
}

function runTarget([program, ...args], env) {
  const child = spawn(program, args, { cwd: process.cwd(), env, stdio: "inherit" });
  // A terminal sends Ctrl-C to the whole process group, including the target. Passing it on would
  // make two, and the second makes Pulumi abandon its work.
  const terminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
  process.on("SIGINT", () => !terminal && child.kill("SIGINT"));
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => fail(`${program} could not be started: ${error.message}`, 127));
  child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

function fail(message, code = 1) {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

main().catch((error) => fail(error instanceof SetupError ? error.message : (error.stack ?? error)));
