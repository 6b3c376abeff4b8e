// The engine's end of the provider's log: the lines that it shows in the rows of resources.
import { Server, ServerCredentials } from "@grpc/grpc-js";
import engineRpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engine from "@pulumi/pulumi/proto/engine_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { atEnd } from "../support/atEnd.ts";
import type { Line } from "../support/pulumi/pulumiRun.ts";

export interface EngineLine extends Line {
  readonly urn: string;
}

export interface EngineLog {
  readonly address: string;
  /** All lines so far, in their order. */
  readonly lines: readonly EngineLine[];
  close(): void;
}

/** Closed after the last test of the file. */
export async function startEngineLog(): Promise<EngineLog> {
  const lines: EngineLine[] = [];
  const server = new Server();
  const log: engineRpc.IEngineServer["log"] = ({ request }, answer) => {
    lines.push({
      urn: request.getUrn(),
      severity: SEVERITIES.get(request.getSeverity()) ?? "debug",
      message: request.getMessage().trimEnd(),
      ephemeral: request.getEphemeral(),
    });
    answer(null, new empty.Empty());
  };
  server.addService(engineRpc.EngineService, { log });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  const close = () => server.forceShutdown();
  atEnd(close);
  return { address: `127.0.0.1:${port}`, lines, close };
}

const SEVERITIES = new Map<number, string>([
  [engine.LogSeverity.INFO, "info"],
  [engine.LogSeverity.WARNING, "warning"],
  [engine.LogSeverity.ERROR, "error"],
]);
