import { createRequire } from "node:module";
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
} from "node:worker_threads";
import type { ParseResult } from "libpg-query";

/** A token of SQL; offsets are in bytes of UTF-8. */
export interface Token {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly tokenName: string;
}

/** What PostgreSQL's scanner and parser make of a text. */
export type Parsed =
  | { readonly kind: "ok"; readonly tree: ParseResult; readonly tokens: readonly Token[] }
  /** `position` counts characters. */
  | { readonly kind: "refused"; readonly message: string; readonly position?: number };

/**
 * Parses several texts at once, without a promise: a Pulumi program declares its resources
 * synchronously. PostgreSQL's parser is WebAssembly that can only be loaded asynchronously, hence a
 * thread that loads it while this one waits.
 */
export function parseTexts(texts: readonly string[]): readonly Parsed[] {
  thread ??= start();
  Atomics.store(thread.signal, 0, 0);
  thread.port.postMessage(texts);
  if (Atomics.wait(thread.signal, 0, 0, TIMEOUT_MS) === "timed-out") {
    throw new Error(`PostgreSQL's parser did not answer within ${TIMEOUT_MS / 1000} s`);
  }
  const { failure, results } = receiveMessageOnPort(thread.port)?.message ?? {};
  if (failure !== undefined) throw new Error(`PostgreSQL's parser does not load: ${failure}`);
  return results;
}

/** Far more than a large file takes. */
const TIMEOUT_MS = 60_000;

interface Thread {
  readonly port: MessagePort;
  readonly signal: Int32Array;
}

let thread: Thread | undefined;

function start(): Thread {
  const { port1, port2 } = new MessageChannel();
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const parser = createRequire(__filename).resolve("libpg-query");
  const worker = new Worker(SOURCE, {
    eval: true,
    execArgv: [],
    workerData: { port: port2, signal, parser },
    transferList: [port2],
  });
  worker.unref();
  port1.unref();
  return { port: port1, signal };
}

/**
 * A text and not a file, so that it runs from the sources and from a bundle too. What the parser
 * cannot cut into tokens (a string that does not end) it answers with text that is not the JSON it
 * promised, hence the SyntaxError.
 */
const SOURCE = `
const { workerData: { port, signal, parser } } = require("node:worker_threads");
const answer = (message) => {
  port.postMessage(message);
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
};
const load = async () => {
  const pg = require(parser);
  await pg.loadModule();
  return (text) => {
    if (text.trim() === "") return { kind: "ok", tree: { stmts: [] }, tokens: [] };
    try {
      return { kind: "ok", tree: pg.parseSync(text), tokens: pg.scanSync(text).tokens };
    } catch (error) {
      const isCut = error instanceof SyntaxError;
      const message = isCut ? "a string, a quoted name or a comment does not end" : error.message;
      return { kind: "refused", message, position: error.sqlDetails?.cursorPosition };
    }
  };
};
const loading = load();
port.on("message", (texts) => {
  loading.then((parse) => answer({ results: texts.map(parse) }), (error) => answer({ failure: String(error) }));
});
`;
