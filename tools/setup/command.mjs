import { spawn } from "node:child_process";

/** An error whose message is complete, and is shown without a stack. */
export class SetupError extends Error {}

const running = new Set();
let hooked = false;

/**
 * Children have process groups of their own, because npm and installers start more processes. None
 * may outlive us.
 */
function endChildrenWithUs() {
  if (hooked) return;
  hooked = true;
  process.on("exit", () => {
    for (const child of running) endGroup(child, "SIGTERM");
  });
  for (const [signal, number] of [
    ["SIGINT", 2],
    ["SIGTERM", 15],
    ["SIGHUP", 1],
  ]) {
    process.once(signal, () => process.exit(128 + number));
  }
}

function endGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has already ended.
  }
}

/**
 * npm puts its settings into the environment of what it runs, and another npm below would obey
 * them.
 */
export function cleanEnvironment(extra = {}) {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^npm_(config|package|lifecycle)_/.test(name),
  );
  return { ...Object.fromEntries(kept), ...extra };
}

/** Runs a command quietly. Resolves with its exit code and output; never rejects. */
export function run(command, args, { cwd, env = cleanEnvironment(), timeout = 0 } = {}) {
  endChildrenWithUs();
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd,
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    running.add(child);
    let output = "";
    const timer = timeout > 0 && setTimeout(() => endGroup(child, "SIGKILL"), timeout);
    const finish = (code, text) => {
      clearTimeout(timer);
      running.delete(child);
      done({ code, output: text.trim() });
    };
    const collect = (chunk) => {
      output += chunk;
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", (error) => finish(127, error.message));
    child.on("close", (code) => finish(code ?? 1, output));
  });
}

/**
 * The first and last lines, because tools print the reason at one end, and usage or a stack in
 * between.
 */
export function excerpt(output, lines = 8) {
  const all = output.split("\n");
  if (all.length <= 2 * lines) return output;
  return [
    ...all.slice(0, lines),
    `  ... (${all.length - 2 * lines} lines)`,
    ...all.slice(-lines),
  ].join("\n");
}
