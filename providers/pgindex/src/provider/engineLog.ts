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
  /** Resolves when every line so far was delivered or given up. */
  flush(): Promise<void>;
}

const SEVERITIES = { info: LogSeverity.INFO, warning: LogSeverity.WARNING } as const;

/** Gives up a line that the display does not accept within this time. */
const DELIVERY_MS = 2_000;

/**
 * Creates the log. The engine's address is the first argument of the dynamic-provider process;
 * without one, lines go to standard error.
 */
export function engineLog(address: string | undefined): EngineLog {
  if (!address || !/:\d+$/.test(address))
    return {
      write: (severity, message) => console.error(`${severity}: ${printable(message)}`),
      flush: async () => undefined,
    };
  const client = new grpc.Client(address, grpc.credentials.createInsecure());
  // Sends one line at a time: concurrent lines can overtake each other and show the steps of a plan
  // in the wrong order.
  let last: Promise<void> = Promise.resolve();
  const send = (request: LogRequest) =>
    new Promise<void>((resolve) => {
      // Does not use the SDK's EngineClient: it decodes an Empty, which stopSignals.ts takes for a
      // Cancel. A missing display must not fail a build, so any answer will do, even an error.
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
