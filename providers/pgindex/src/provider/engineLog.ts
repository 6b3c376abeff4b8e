import { Client, credentials } from "@grpc/grpc-js";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** Writes to Pulumi's display. */
export interface EngineLog {
  write(
    severity: "info" | "warning",
    message: string,
    urn: string | undefined,
    ephemeral: boolean,
  ): void;
}

const SEVERITIES = { info: LogSeverity.INFO, warning: LogSeverity.WARNING } as const;

/** The engine's address is the dynamic-provider process's first argument. Without one, lines go to standard error. */
export function engineLog(address: string | undefined): EngineLog {
  if (!address || !/:\d+$/.test(address))
    return { write: (severity, message) => console.error(`${severity}: ${message}`) };
  const client = new Client(address, credentials.createInsecure());
  return {
    write(severity, message, urn, ephemeral) {
      const request = new LogRequest();
      request.setSeverity(SEVERITIES[severity]);
      request.setMessage(message);
      request.setUrn(urn ?? "");
      request.setEphemeral(ephemeral);
      // Not the SDK's EngineClient: its answer decodes an Empty, which is how cancel.ts hears a Cancel. A display that is gone must not
      // fail a build, hence the empty callback.
      client.makeUnaryRequest(
        "/pulumirpc.Engine/Log",
        serialize,
        () => undefined,
        request,
        () => undefined,
      );
    },
  };
}

function serialize(request: LogRequest): Buffer {
  return Buffer.from(request.serializeBinary());
}
