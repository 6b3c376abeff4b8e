import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  Worker,
} from "node:worker_threads";

/** A file of a Prisma schema. */
export interface SchemaFile {
  readonly path: string;
  readonly content: string;
}

/** The SQL that makes an empty database what the schema says, or why there is none. */
export type SchemaSql = { readonly sql: string } | { readonly refused: string };

/** Loading the engine takes half a second. */
const TIMEOUT_MS = 60_000;

/**
 * Asks Prisma's engine, synchronously: a Pulumi program declares its resources synchronously, but
 * the engine is WebAssembly behind promises. A thread loads it while this one waits. `engine`: its
 * JavaScript file, beside which the WebAssembly is.
 */
export function askEngine(engine: string, files: readonly SchemaFile[]): SchemaSql {
  const { port1, port2 } = new MessageChannel();
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const workerData = { engine, files, signal, port: port2 };
  const worker = new Worker(SOURCE, {
    eval: true,
    execArgv: [],
    workerData,
    transferList: [port2],
  });
  worker.unref();
  try {
    Atomics.wait(signal, 0, 0, TIMEOUT_MS);
    return answerOf(port1) ?? { refused: `no answer within ${TIMEOUT_MS / 1000} s` };
  } finally {
    port1.close();
    void worker.terminate();
  }
}

function answerOf(port: MessagePort): SchemaSql | undefined {
  return receiveMessageOnPort(port)?.message;
}

/**
 * A string rather than a file, because it must run both from the sources and from a bundle. The
 * engine wants a database before it says anything, and asks it only whether the schema is there and
 * which version it is: it is told of an empty one, and everything else is refused.
 */
const SOURCE = `
const { workerData: { engine, files, signal, port } } = require("node:worker_threads");
const { readFileSync } = require("node:fs");
const { pathToFileURL } = require("node:url");
const done = (answer) => {
  port.postMessage(answer);
  Atomics.store(signal, 0, 1);
  Atomics.notify(signal, 0);
};
const BOOLEAN = 5, TEXT = 7, INT32 = 0;
const ok = (value) => ({ ok: true, value });
const refuse = () => { throw new Error("there is no database"); };
const name = { provider: "postgres", adapterName: "pgindex" };
const EMPTY = {
  ...name,
  queryRaw: async ({ sql }) => /^SELECT\\s+EXISTS\\b.*numeric_version/is.test(sql) ? ok({
    columnNames: ["exists", "version", "numeric_version"],
    columnTypes: [BOOLEAN, TEXT, INT32],
    rows: [[true, "PostgreSQL 18.0", 180000]],
  }) : refuse(),
  executeRaw: refuse, executeScript: refuse, startTransaction: refuse,
  dispose: async () => ok(undefined),
  getConnectionInfo: () => ok({ schemaName: "public", supportsRelationJoins: true }),
};
const connect = async () => ok(EMPTY);
const read = async () => {
  const glue = await import(pathToFileURL(engine).href);
  const bytes = readFileSync(engine.replace(/\\.js$/, ".wasm"));
  const { instance } = await WebAssembly.instantiate(bytes, { "./schema_engine_bg.js": glue });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  const datamodels = files.map(({ path, content }) => [path, content]);
  const adapter = { ...name, connect, connectToShadowDb: connect };
  const made = await glue.SchemaEngine.new({ datamodels }, () => undefined, adapter);
  const { stdout } = await made.diff({
    from: { tag: "empty" }, to: { tag: "schemaDatamodel", files },
    script: true, exitCode: null, shadowDatabaseUrl: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  return stdout;
};
read().then(
  (sql) => done({ sql: sql ?? "" }),
  (error) => done({ refused: error instanceof Error ? error.message : String(error) }),
);
`;
