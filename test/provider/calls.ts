// The calls of Pulumi's protocol that the engine makes for a resource, one function each.
import type { ServiceError } from "@grpc/grpc-js";
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import status from "@pulumi/pulumi/proto/status_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import type { ProviderProcess } from "../support/pulumi/pulumiProvider.ts";

export type Properties = Readonly<Record<string, unknown>>;

/** What the state holds of a resource. */
export interface State {
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
  /** `refreshBeforeUpdate`, as the native provider's last answer had it. */
  readonly readsFirst?: boolean;
}

/**
 * A call that the provider has refused, with the resource that there is all the same, if there is
 * one.
 */
export class CallError extends Error {
  readonly made: Omit<State, "inputs"> | undefined;
  constructor(error: ServiceError) {
    super(error.details);
    this.made = madeAllTheSame(error);
  }
}

/** What a diff says: nothing where the engine has to compare the inputs itself. */
export interface Difference {
  readonly changes: boolean | undefined;
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
}

export async function check(process: ProviderProcess, olds: Properties, news: Properties) {
  const request = new provider.CheckRequest().setOlds(packed(olds)).setNews(packed(news));
  const answer = await answered<provider.CheckResponse>(process, (client, done) =>
    client.check(request, done),
  );
  const failures = answer.getFailuresList();
  return {
    inputs: unpacked(answer.getInputs()),
    // The engine prints the value of a property that is named, so ours is not.
    failures: failures.map((each) => `${each.getProperty()}${each.getReason()}`),
  };
}

export async function diff(
  process: ProviderProcess,
  { id, outputs }: State,
  news: Properties,
): Promise<Difference> {
  const request = new provider.DiffRequest().setId(id);
  request.setOlds(packed(outputs)).setNews(packed(news));
  const answer = await answered<provider.DiffResponse>(process, (client, done) =>
    client.diff(request, done),
  );
  const { DIFF_SOME, DIFF_UNKNOWN } = provider.DiffResponse.DiffChanges;
  const changes = answer.getChanges();
  return {
    changes: changes === DIFF_UNKNOWN ? undefined : changes === DIFF_SOME,
    replaces: answer.getReplacesList(),
    deleteBeforeReplace: answer.getDeletebeforereplace(),
  };
}

export async function create(process: ProviderProcess, inputs: Properties): Promise<State> {
  const request = new provider.CreateRequest().setProperties(packed(inputs));
  const answer = await answered<provider.CreateResponse>(process, (client, done) =>
    client.create(request, done),
  );
  return { id: answer.getId(), inputs, outputs: unpacked(answer.getProperties()) };
}

export async function update(
  process: ProviderProcess,
  { id, outputs }: State,
  inputs: Properties,
): Promise<State> {
  const request = new provider.UpdateRequest().setId(id);
  request.setOlds(packed(outputs)).setNews(packed(inputs));
  const answer = await answered<provider.UpdateResponse>(process, (client, done) =>
    client.update(request, done),
  );
  return { id, inputs, outputs: unpacked(answer.getProperties()) };
}

/** Nothing when there is no such resource any more. */
export async function read(process: ProviderProcess, state: State): Promise<State | undefined> {
  const request = new provider.ReadRequest().setId(state.id);
  request.setProperties(packed(state.outputs)).setInputs(packed(state.inputs));
  const answer = await answered<provider.ReadResponse>(process, (client, done) =>
    client.read(request, done),
  );
  if (answer.getId() === "") return undefined;
  const inputs = answer.hasInputs() ? unpacked(answer.getInputs()) : state.inputs;
  return { id: answer.getId(), inputs, outputs: unpacked(answer.getProperties()) };
}

export async function remove(process: ProviderProcess, { id, outputs }: State): Promise<void> {
  const request = new provider.DeleteRequest().setId(id).setProperties(packed(outputs));
  await answered(process, (client, done) => client.delete(request, done));
}

function answered<Answer>(
  process: ProviderProcess,
  call: Parameters<typeof process.call<Answer>>[0],
): Promise<Answer> {
  return process.call<Answer>(call).catch((error) => {
    throw new CallError(error);
  });
}

/** Without what is undefined, which the engine leaves out too. */
function packed(properties: Properties): struct.Struct {
  return struct.Struct.fromJavaScript(JSON.parse(JSON.stringify(properties)));
}

function unpacked(properties: struct.Struct | undefined): Properties {
  return properties?.toJavaScript() ?? {};
}

function madeAllTheSame({ metadata }: ServiceError): CallError["made"] {
  const [bytes] = metadata.get("grpc-status-details-bin");
  if (!(bytes instanceof Buffer)) return undefined;
  const [detail] = status.Status.deserializeBinary(bytes).getDetailsList();
  if (!detail) return undefined;
  const failed = provider.ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
  return { id: failed.getId(), outputs: unpacked(failed.getProperties()) };
}
