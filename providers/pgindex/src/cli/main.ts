#!/usr/bin/env node
import logUpdate from "log-update";
import { run } from "./commandLine";

run(process.argv.slice(2), {
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  redraw: process.stdout.isTTY ? logUpdate : undefined,
  stopped: () =>
    new Promise((resolve) => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
    }),
  env: process.env,
}).then((code) => {
  process.exitCode = code;
});
