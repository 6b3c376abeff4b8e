import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { printable } from "../engine/text/printable";
import { grpc } from "./sdkModules";

/** Writes to Pulumi's display. */
export interface EngineLog {
  write(
    severity: "info" | "warning",
    message: string,
    urn: string | undefined,
    ephemeral: boolean,
  ): void;
  /** Resolves when every line so far has been delivered, or given up. */
  flush(): Promise<void>;
}

const SEVERITIES = { info: LogSeverity.INFO, warning: LogSeverity.WARNING } as const;

/** A display that does not take a line within this time goes without it. */
const DELIVERY_MS = 2_000;

/**
 * The engine's address is the dynamic-provider process's first argument. Without one, lines go to
 * standard error.
 */
export function engineLog(address: string | undefined): EngineLog {
  if (!address || !/:\d+$/.test(address))
    return {
      write: (severity, message) => console.error(`${severity}: ${printable(message)}`),
      flush: async () => undefined,
    };
  const client = new grpc.Client(address, grpc.credentials.createInsecure());
  // One line after the other: side by side they overtake each other, and the steps of a plan stand
  // in the wrong order.
  let last: Promise<void> = Promise.resolve();
  const send = (request: LogRequest) =>
    new Promise<void>((resolve) => {
      // Not the SDK's EngineClient: its answer decodes an Empty, which is how cancel.ts hears a
      // Cancel. A display that is gone must not fail a build, so whatever the answer is, it is one.
      const answered = () => resolve();
      const deadline = Date.now() + DELIVERY_MS;
      const metadata = new grpc.Metadata();
      client.makeUnaryRequest(
        "/pulumirpc.Engine/Log",
        serialize,
        noAnswer,
        request,
        metadata,
        { deadline },
        answered,
      );
    });
  return {
    write(severity, message, urn, ephemeral) {
      const request = new LogRequest();
      request.setSeverity(SEVERITIES[severity]);
      request.setMessage(printable(message));
      request.setUrn(urn ?? "");
      request.setEphemeral(ephemeral);
      last = last.then(() => send(request));
    },
    flush: () => last,
  };
}

function serialize(request: LogRequest): Buffer {
  return Buffer.from(request.serializeBinary());
}

function noAnswer(): undefined {
  return undefined;
}
