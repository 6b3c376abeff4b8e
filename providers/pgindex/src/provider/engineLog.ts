import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { printable } from "../engine/text/printable";
import { grpc } from "./sdkModules";
import { conceal } from "./secrets";

/** Writes to Pulumi's display. */
export interface EngineLog {
  write(
    severity: "info" | "warning",
    message: string,
    urn: string | undefined,
    ephemeral: boolean,
  ): void;
  /** Lines of the resource do not show these texts from now on. */
  conceal(urn: string | undefined, secrets: readonly string[]): void;
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
  const secrets = new Map<string, readonly string[]>();
  const concealer = (urn: string | undefined, texts: readonly string[]) => {
    if (texts.length > 0) secrets.set(urn ?? "", texts);
  };
  const shown = (message: string, urn: string | undefined) =>
    printable(conceal(message, secrets.get(urn ?? "") ?? []));
  if (!address || !/:\d+$/.test(address))
    return {
      write: (severity, message, urn) => console.error(`${severity}: ${shown(message, urn)}`),
      conceal: concealer,
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
      request.setMessage(shown(message, urn));
      request.setUrn(urn ?? "");
      request.setEphemeral(ephemeral);
      last = last.then(() => send(request));
    },
    conceal: concealer,
    flush: () => last,
  };
}

function serialize(request: LogRequest): Buffer {
  return Buffer.from(request.serializeBinary());
}

function noAnswer(): undefined {
  return undefined;
}
