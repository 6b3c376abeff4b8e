#!/usr/bin/env node
import { createInterface } from "node:readline/promises";
import logUpdate from "log-update";
import { useLittleMemory } from "../engine/operation/v8Flags";
import { run } from "./commandLine";
import { painterFor } from "./output/painter";

useLittleMemory();
run(process.argv.slice(2), {
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  width: process.stdout.isTTY ? process.stdout.columns : undefined,
  paint: painterFor(process.stdout),
  redraw: process.stdout.isTTY ? logUpdate : undefined,
  ask: process.stdin.isTTY && process.stdout.isTTY ? ask : undefined,
  stopped: () =>
    new Promise((resolve) => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
    }),
  env: process.env,
}).then((code) => {
  process.exitCode = code;
});

async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}
