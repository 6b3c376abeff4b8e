import { createRequire } from "node:module";
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
} from "node:worker_threads";
import type { ParseResult } from "libpg-query";
import { withoutRecompiling } from "../../engine/operation/v8Flags";

/** An SQL token. Offsets are in UTF-8 bytes. */
export interface Token {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly tokenName: string;
}

/** The result of PostgreSQL's scanner and parser for one text. */
export type Parsed =
  | { readonly kind: "ok"; readonly tree: ParseResult; readonly tokens: readonly Token[] }
  /** `position` counts characters. */
  | { readonly kind: "refused"; readonly message: string; readonly position?: number };

/**
 * Parses several texts in one go, synchronously: a Pulumi program declares its resources
 * synchronously, but PostgreSQL's parser is WebAssembly that only loads asynchronously. A thread
 * loads it while this one waits.
 */
export function parseTexts(texts: readonly string[]): readonly Parsed[] {
  return results<Parsed>({ texts });
}

/** The tree of a body in PL/pgSQL; undefined if PL/pgSQL's parser refuses it. */
export function parseBody(body: string): unknown {
  return results({ texts: [body], isBody: true })[0];
}

function results<T>(work: Work): readonly T[] {
  thread ??= start();
  const to = thread;
  const { failure, results } = withoutRecompiling(() => ask(to, work)) ?? {};
  if (failure !== undefined) throw new Error(`PostgreSQL's parser failed to load: ${failure}`);
  if (results) return results as readonly T[];
  // Its late answer must not become the next question's.
  void to.worker.terminate();
  thread = undefined;
  throw new Error(`PostgreSQL's parser did not answer within ${TIMEOUT_MS / 1000} s`);
}

/** Far longer than a large file takes. */
const TIMEOUT_MS = 60_000;

interface Thread {
  readonly worker: Worker;
  readonly port: MessagePort;
  /** The number of the last question that was answered. */
  readonly signal: Int32Array;
  /** The number of the last question. */
  asked: number;
}

interface Work {
  readonly texts: readonly string[];
  /** Bodies of PL/pgSQL rather than SQL. */
  readonly isBody?: true;
}

interface Answer {
  readonly question: number;
  readonly results?: readonly unknown[];
  readonly failure?: string;
}

/**
 * Asks, and waits for the answer to this very question: a thread can also wake because of a
 * notification that comes late (Atomics.notify wakes whoever waits by then). Undefined: none came.
 */
function ask(to: Thread, work: Work): Answer | undefined {
  to.asked += 1;
  const question = to.asked;
  const deadline = performance.now() + TIMEOUT_MS;
  to.port.postMessage({ question, ...work });
  for (;;) {
    const answered = Atomics.load(to.signal, 0);
    if (answered === question) break;
    const left = deadline - performance.now();
    if (left <= 0 || Atomics.wait(to.signal, 0, answered, left) === "timed-out") return undefined;
  }
  const answer: Answer | undefined = receiveMessageOnPort(to.port)?.message;
  return answer?.question === question ? answer : undefined;
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
  return { worker, port: port1, signal, asked: 0 };
}

/**
 * A string rather than a file, because it must run both from the sources and from a bundle. If the
 * scanner cannot tokenize a text (an unterminated string), it returns text that is not the promised
 * JSON, hence the SyntaxError.
 */
const SOURCE = `
const { workerData: { port, signal, parser } } = require("node:worker_threads");
const answer = (message) => {
  port.postMessage(message);
  Atomics.store(signal, 0, message.question);
  Atomics.notify(signal, 0);
};
const load = async () => {
  const pg = require(parser);
  await pg.loadModule();
  const parseBody = (body) => {
    const quote = "$pgindex_" + body.length + "$";
    try {
      return pg.parsePlPgSQLSync("DO " + quote + body + quote);
    } catch {
      return undefined;
    }
  };
  const parse = (text) => {
    if (text.trim() === "") return { kind: "ok", tree: { stmts: [] }, tokens: [] };
    try {
      return { kind: "ok", tree: pg.parseSync(text), tokens: pg.scanSync(text).tokens };
    } catch (error) {
      const isCut = error instanceof SyntaxError;
      const message = isCut ? "a string, a quoted name or a comment is not closed" : error.message;
      return { kind: "refused", message, position: error.sqlDetails?.cursorPosition };
    }
  };
  return { parse, parseBody };
};
const loading = load();
port.on("message", ({ question, texts, isBody }) => {
  loading.then(
    (by) => answer({ question, results: texts.map(isBody ? by.parseBody : by.parse) }),
    (error) => answer({ question, failure: String(error) }),
  );
});
`;
