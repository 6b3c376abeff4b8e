import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

interface Reply {
  id: number;
  value?: unknown;
  error?: string;
}

/** A child process that answers questions. */
export interface Child {
  readonly pid: number;
  ask(question: unknown): Promise<unknown>;
  /** Ends the process and waits until it is gone. */
  end(): Promise<void>;
}

/** Starts a module in a process of its own. `label` is used in messages. */
export function startChild(module: string, label: string): Child {
  const child = fork(module, {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    // The declarations in stacks/ belong to the program, whose package.json sets no module type.
    execArgv: [...process.execArgv, "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"],
  });
  return { pid: child.pid ?? 0, ask: questions(child, label), end: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  if (child.connected) child.disconnect();
  await ended;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

function questions(child: ChildProcess, label: string): Child["ask"] {
  const pending = new Map<number, Pending>();
  let last = 0;
  child.on("message", ({ id, value, error }: Reply) => {
    const waiting = pending.get(id);
    pending.delete(id);
    if (error === undefined) waiting?.resolve(value);
    else waiting?.reject(new Error(`${label}: ${error}`));
  });
  child.on("exit", (code, signal) => {
    for (const { reject } of pending.values())
      reject(new Error(`${label} ended with ${signal ?? `code ${code}`}`));
    pending.clear();
  });
  return (question) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      pending.set(id, { resolve, reject });
      child.send({ id, question }, (error) => {
        if (error && pending.delete(id)) reject(new Error(`${label} has ended`));
      });
    });
}

/** The child's side: answers what the parent asks, and ends with it. */
export function answerParent<Q>(answer: (question: Q) => Promise<unknown>): void {
  process.on("message", async ({ id, question }: { id: number; question: Q }) => {
    const reply: Reply = await answer(question).then(
      (value) => ({ id, value }),
      (error: Error) => ({ id, error: error.message }),
    );
    process.send?.(reply);
  });
  // The parent is gone or has its answer: the server rolls back whatever is still in flight.
  process.on("disconnect", () => process.exit(0));
  // Ctrl-C reaches the whole process group, but the parent decides when the work ends.
  process.on("SIGINT", () => {});
}
