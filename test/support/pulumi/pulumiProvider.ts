import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import providerRpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { atEnd } from "../atEnd.ts";

const PACKAGE = join(process.cwd(), "providers", "pgindex");
const { resolve } = createRequire(import.meta.url);
const SCRIPT = [resolve("@pulumi/pulumi/cmd/dynamic-provider")];

/** Both ways in which Pulumi starts the plugin: by its program, or through the host of Node.js. */
const NATIVE = {
  program: [join(PACKAGE, "pulumi-resource-pgindex")],
  folder: [resolve("@pulumi/pulumi/cmd/run-plugin"), join(PACKAGE, "plugin")],
} as const;

type Done<Answer> = (error: ServiceError | null, answer: Answer) => void;
type Properties = Readonly<Record<string, struct.JavaScriptValue>>;

/** The dynamic-provider process, driven as the engine drives it, without an engine. */
export class ProviderProcess {
  readonly #process: ChildProcess;
  readonly #client: providerRpc.ResourceProviderClient;
  readonly ended: Promise<number | null>;
  /** Progress and diagnostics: without an engine they go to standard error. */
  log = "";

  /** Use `startProvider`. */
  constructor(process: ChildProcess, port: string) {
    this.#process = process;
    this.#client = new providerRpc.ResourceProviderClient(
      `127.0.0.1:${port}`,
      credentials.createInsecure(),
    );
    process.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      this.log += chunk;
    });
    this.ended = new Promise((resolve) => {
      process.once("exit", resolve);
    });
    atEnd(() => {
      this.#client.close();
      process.kill("SIGKILL");
    });
  }

  /** One call of the protocol. Rejects with what the provider refused. */
  call<Answer>(
    make: (client: providerRpc.ResourceProviderClient, done: Done<Answer>) => unknown,
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      make(this.#client, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
  }

  /** A call that answers more than once. */
  stream<Answer>(make: (client: providerRpc.ResourceProviderClient) => Answer): Answer {
    return make(this.#client);
  }

  /** Gives the provider its configuration: without one, the environment's. */
  configure(config: Readonly<Record<string, string>> = {}): Promise<unknown> {
    const request = new provider.ConfigureRequest();
    request.setArgs(struct.Struct.fromJavaScript(config));
    return this.call((client, done) => client.configure(request, done));
  }

  /** Builds an index. Gives what went wrong, or its outputs. */
  create(args: Properties): Promise<string | Properties> {
    const request = new provider.CreateRequest();
    const text = 'exports.handler = () => require("pulumi-pgindex/provider").v1.index';
    const hidden = {
      __provider: text,
      __urn: "urn:pulumi:dev::tests::pulumi-nodejs:pgindex:Index::i",
    };
    request.setProperties(struct.Struct.fromJavaScript({ ...args, ...hidden }));
    return new Promise((resolve) => {
      this.#client.create(request, (error, answer) =>
        resolve(error ? error.details : (answer.getProperties()?.toJavaScript() ?? {})),
      );
    });
  }

  cancel(): Promise<unknown> {
    return this.call((client, done) => client.cancel(new empty.Empty(), done));
  }

  /** As the engine does when it is done with the process, or gives it up. */
  interrupt(): void {
    this.#process.kill("SIGINT");
  }

  /** As when somebody kills it. */
  kill(): void {
    this.#process.kill("SIGKILL");
  }

  /** As when the CLI is killed. */
  closeInput(): void {
    this.#process.stdin?.end();
  }
}

/** `engine` is the address that takes the lines of its log. */
export function startProvider(
  env: Readonly<Record<string, string>>,
  engine = "no engine",
): Promise<ProviderProcess> {
  return start(SCRIPT, env, engine);
}

/** The native provider's. */
export function startNativeProvider(
  env: Readonly<Record<string, string>>,
  engine = "no engine",
  started: keyof typeof NATIVE = "program",
): Promise<ProviderProcess> {
  return start(NATIVE[started], env, engine);
}

async function start(
  script: readonly string[],
  env: Readonly<Record<string, string>>,
  engine: string,
): Promise<ProviderProcess> {
  const child = spawn(process.execPath, [...script, engine], {
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  for await (const port of createInterface(child.stdout)) return new ProviderProcess(child, port);
  throw new Error("the provider ended before it named its port");
}
