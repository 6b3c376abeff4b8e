import type { ServerUnaryCall, ServerWritableStream, sendUnaryData } from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import {
  GetMappingResponse,
  GetMappingsResponse,
  GetSchemaResponse,
  type ListRequest,
  type ListResponse,
  type ProviderHandshakeRequest,
  ProviderHandshakeResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import { PACKAGE_VERSION } from "../../packageManifest";
import { Empty, grpc } from "../sdkModules";
import { create, remove, update } from "./calls/changeCalls";
import { checkConfig, configure, diffConfig } from "./calls/configCalls";
import { check, diff } from "./calls/lookCalls";
import { read } from "./calls/readCall";
import { onEngineLost } from "./engineLoss";
import { toServiceError } from "./failures";
import { createFront, type Front } from "./front";
import { invoke, list } from "./functions";
import { olderCliText } from "./nativeMessages";
import { schemaText } from "./packageSchema";

/** As the SDK's: a state can be large. */
const MAX_MESSAGE_BYTES = 400 * 1024 * 1024;

/** Serves the native provider, and resolves with the port. */
export function serve(engine: string | undefined): Promise<number> {
  const options = { "grpc.max_receive_message_length": MAX_MESSAGE_BYTES };
  const server = new grpc.Server(options);
  server.addService(ResourceProviderService, { ...packageCalls(), ...frontCalls(engine) });
  return new Promise((resolve, reject) => {
    const credentials = grpc.ServerCredentials.createInsecure();
    server.bindAsync("127.0.0.1:0", credentials, (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
}

/** The calls that ask nothing of a database. */
function packageCalls() {
  return {
    getPluginInfo: answered(async () => new PluginInfo().setVersion(PACKAGE_VERSION)),
    getSchema: answered(async () => new GetSchemaResponse().setSchema(schemaText())),
    getMapping: answered(async () => new GetMappingResponse()),
    getMappings: answered(async () => new GetMappingsResponse()),
    checkConfig: answered(checkConfig),
    diffConfig: answered(diffConfig),
  };
}

function frontCalls(engine: string | undefined) {
  let front: Front;
  let readsFirst = false;
  const begin = (address: string | undefined) => {
    const next = createFront(address);
    front = next;
    if (address === undefined) return;
    onEngineLost(address, () => front === next && next.runtime.stop.onOrphaned());
  };
  begin(engine);
  const it = () => front;
  for (const signal of ["SIGINT", "SIGTERM"])
    process.once(signal, () => front.runtime.stop.onTerminate());
  return {
    handshake: answered(async (request: ProviderHandshakeRequest) => {
      readsFirst = request.getSupportsRefreshBeforeUpdate();
      return new ProviderHandshakeResponse().setAcceptSecrets(true).setAcceptResources(false);
    }),
    // PULUMI_DEBUG_PROVIDERS: the process was there before the engine was.
    attach: answered(async (request: { getAddress(): string }) => {
      begin(request.getAddress());
      return new Empty();
    }),
    configure: answered(async (request: Parameters<typeof configure>[1]) => {
      if (!readsFirst) front.log.write("warning", olderCliText(), "", false);
      await front.log.flush();
      return configure(it(), request);
    }),
    check: answered((request: Parameters<typeof check>[1]) => check(it(), request)),
    diff: answered((request: Parameters<typeof diff>[1]) => diff(it(), request)),
    create: answered((request: Parameters<typeof create>[1]) => create(it(), request)),
    read: answered((request: Parameters<typeof read>[1]) => read(it(), request)),
    update: answered((request: Parameters<typeof update>[1]) => update(it(), request)),
    delete: answered(async (request: Parameters<typeof remove>[1]) => {
      await remove(it(), request);
      return new Empty();
    }),
    list: (call: ServerWritableStream<ListRequest, ListResponse>) => {
      list(it(), call.request).then(
        (found) => {
          for (const each of found) call.write(each);
          call.end();
        },
        (error) => call.emit("error", toServiceError(error)),
      );
    },
    invoke: answered((request: Parameters<typeof invoke>[1]) => invoke(it(), request)),
    cancel: answered(async () => {
      it().runtime.stop.onCancel();
      return new Empty();
    }),
  };
}

function answered<Request, Answer>(work: (request: Request) => Promise<Answer>) {
  return (call: ServerUnaryCall<Request, Answer>, answer: sendUnaryData<Answer>): void => {
    work(call.request).then(
      (value) => answer(null, value),
      (error) => answer(toServiceError(error)),
    );
  };
}
