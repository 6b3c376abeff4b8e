// A resource of the native provider, asked for as the engine asks, call by call and in its order.
import { isDeepStrictEqual } from "node:util";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import provider from "@pulumi/pulumi/proto/provider_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { type ProviderProcess, startNativeProvider } from "../support/pulumi/pulumiProvider.ts";
import { CallError, type Properties, type State } from "./calls.ts";
import { type EngineLine, startEngineLog } from "./engineLog.ts";
import { Refusal, type Told } from "./resource.ts";

const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** As the engine hands a secret over. */
export const secret = (value: unknown) => ({
  [SIGNATURE]: "1b47061264138c4ac30d75fd1eb44270",
  value,
});

export interface OpenedNative {
  readonly process: ProviderProcess;
  readonly lines: readonly EngineLine[];
  readonly address: string;
  /** As when the CLI is killed. */
  loseEngine(): void;
}

export async function openNative(
  env: Readonly<Record<string, string>> = {},
): Promise<OpenedNative> {
  const { address, lines, close } = await startEngineLog();
  const process = await startNativeProvider(env, address);
  return { process, lines, address, loseEngine: close };
}

/** What the last plan was, property by property. */
export type Details = Readonly<Record<string, string>>;

/** Told as by the dynamic provider, and what a preview shows of each property. */
export interface NativeTold extends Told {
  readonly details: Details;
}

export class NativeResource {
  /** What the state has; nothing while there is no resource. */
  state: State | undefined;
  transcript = "";
  details: Details = {};
  timeout = 0;
  readonly urn: string;
  readonly #open: () => Promise<OpenedNative>;
  readonly #config: () => Properties;

  constructor(
    open: () => Promise<OpenedNative>,
    config: () => Properties = () => ({}),
    name = "it",
    type = "Index",
  ) {
    this.#open = open;
    this.#config = config;
    this.urn = `urn:pulumi:dev::tests::pgindex:index:${type}::${name}`;
  }

  get outputs(): Properties {
    if (!this.state) throw new Error("there is no such resource");
    return plain(this.state.outputs) as Properties;
  }

  preview(args: object): Promise<NativeTold> {
    return this.#told(async (process) => {
      const old = await this.#readFirst(process);
      const { change, inputs } = await this.#planned(process, args, old);
      if (change === "create" || change === "replace") await this.#create(process, inputs, true);
      if (change === "update" && old) await this.#update(process, old, inputs, true);
      return change;
    });
  }

  up(args: object): Promise<NativeTold> {
    return this.#told(async (process) => {
      this.state = await this.#readFirst(process);
      const old = this.state;
      const { change, inputs } = await this.#planned(process, args, old);
      try {
        if (change === "same" && old) this.state = { ...old, inputs };
        if (change === "update" && old) this.state = await this.#update(process, old, inputs);
        if (change === "create" || change === "replace")
          this.state = await this.#create(process, inputs);
      } catch (error) {
        if (error instanceof CallError && error.made) this.state = { ...error.made, inputs };
        throw error;
      }
      if (change === "replace" && old) await this.#remove(process, old);
      return change;
    });
  }

  refresh(): Promise<NativeTold> {
    return this.#told(async (process) => {
      const before = this.state?.outputs;
      this.state = this.state && (await this.#read(process, this.state));
      if (!this.state) return "delete";
      return isDeepStrictEqual(this.state.outputs, before) ? "same" : "update";
    });
  }

  /** `pulumi import`, and the program that it prints: what a preview then says. */
  async import(
    id: string,
    declared: (inputs: Properties) => object = (it) => it,
  ): Promise<NativeTold> {
    await this.#told(async (process) => {
      this.state = await this.#read(process, { id, inputs: {}, outputs: {} });
      return "same";
    });
    const { __urn, statement, ...printed } = plain(this.state?.inputs) as Properties;
    return this.preview(declared(printed));
  }

  destroy(): Promise<NativeTold> {
    return this.#told(async (process) => {
      if (this.state) await this.#remove(process, this.state);
      this.state = undefined;
      return "delete";
    });
  }

  #readFirst(process: ProviderProcess): Promise<State | undefined> | State | undefined {
    return this.state?.readsFirst ? this.#read(process, this.state) : this.state;
  }

  async #planned(process: ProviderProcess, args: object, old: State | undefined) {
    const request = new provider.CheckRequest().setUrn(this.urn);
    request.setOlds(old && packed(old.inputs)).setNews(packed(args));
    const checked = await called<provider.CheckResponse>(process, (client, done) =>
      client.check(request, done),
    );
    const failures = checked.getFailuresList();
    if (failures.length > 0)
      throw new Refusal(
        failures.map((it) => [it.getProperty(), it.getReason()].join(": ")).join("\n"),
      );
    const inputs = unpacked(checked.getInputs());
    if (!old) return { change: "create", inputs } as const;
    const asking = new provider.DiffRequest().setUrn(this.urn).setId(old.id);
    asking.setOlds(packed(old.outputs)).setNews(packed(inputs)).setOldInputs(packed(old.inputs));
    const diff = await called<provider.DiffResponse>(process, (client, done) =>
      client.diff(asking, done),
    );
    const kinds = Object.entries(provider.PropertyDiff.Kind);
    const details: Record<string, string> = {};
    diff.getDetaileddiffMap().forEach((it: provider.PropertyDiff, path: string) => {
      details[path] = kinds.find(([, kind]) => kind === it.getKind())?.[0] ?? "";
    });
    this.details = details;
    if (diff.getReplacesList().length > 0) return { change: "replace", inputs } as const;
    const isSome = diff.getChanges() === provider.DiffResponse.DiffChanges.DIFF_SOME;
    return { change: isSome ? "update" : "same", inputs } as const;
  }

  async #create(process: ProviderProcess, inputs: Properties, preview = false): Promise<State> {
    const request = new provider.CreateRequest().setUrn(this.urn).setPreview(preview);
    request.setProperties(packed(inputs)).setTimeout(this.timeout);
    const answer = await called<provider.CreateResponse>(process, (client, done) =>
      client.create(request, done),
    );
    const outputs = unpacked(answer.getProperties());
    return { id: answer.getId(), inputs, outputs, readsFirst: answer.getRefreshBeforeUpdate() };
  }

  async #update(
    process: ProviderProcess,
    { id, outputs, inputs: olds }: State,
    inputs: Properties,
    preview = false,
  ): Promise<State> {
    const request = new provider.UpdateRequest().setUrn(this.urn).setId(id).setPreview(preview);
    request.setOlds(packed(outputs)).setOldInputs(packed(olds)).setNews(packed(inputs));
    request.setTimeout(this.timeout);
    const answer = await called<provider.UpdateResponse>(process, (client, done) =>
      client.update(request, done),
    );
    const readsFirst = answer.getRefreshBeforeUpdate();
    return { id, inputs, outputs: unpacked(answer.getProperties()), readsFirst };
  }

  async #read(process: ProviderProcess, { id, inputs, outputs }: State) {
    const request = new provider.ReadRequest().setUrn(this.urn).setId(id);
    request.setProperties(packed(outputs)).setInputs(packed(inputs));
    const answer = await called<provider.ReadResponse>(process, (client, done) =>
      client.read(request, done),
    );
    if (answer.getId() === "") return undefined;
    return {
      id: answer.getId(),
      inputs: unpacked(answer.getInputs()),
      outputs: unpacked(answer.getProperties()),
      readsFirst: answer.getRefreshBeforeUpdate(),
    };
  }

  async #remove(process: ProviderProcess, { id, outputs, inputs }: State): Promise<void> {
    const request = new provider.DeleteRequest().setUrn(this.urn).setId(id);
    request.setProperties(packed(outputs)).setOldInputs(packed(inputs));
    await called(process, (client, done) => client.delete(request, done));
  }

  /** A command is a process to the engine; here the process is told of a new engine and forgets. */
  async #told(command: (process: ProviderProcess) => Promise<Told["change"]>): Promise<NativeTold> {
    const { process, lines, address } = await this.#open();
    const attach = new plugin.PluginAttach().setAddress(address);
    await process.call((client, done) => client.attach(attach, done));
    const configure = new provider.ConfigureRequest().setArgs(packed(this.#config()));
    await process.call((client, done) => client.configure(configure, done));
    const before = lines.length;
    this.details = {};
    const said = () => lines.slice(before).filter(({ urn }) => urn === this.urn);
    try {
      const change = await command(process);
      return { change, lines: said().map(({ urn: _, ...line }) => line), details: this.details };
    } catch (error) {
      this.transcript += `${(error as Error).message}\n`;
      throw error instanceof CallError ? new Refusal(error.message) : error;
    } finally {
      this.transcript += `${JSON.stringify([lines.slice(before), this.state])}\n${process.log}\n`;
    }
  }
}

function called<Answer>(
  process: ProviderProcess,
  call: Parameters<typeof process.call<Answer>>[0],
): Promise<Answer> {
  return process.call<Answer>(call).catch((error) => {
    throw new CallError(error);
  });
}

export function packed(properties: object): struct.Struct {
  return struct.Struct.fromJavaScript(JSON.parse(JSON.stringify(properties)));
}

function unpacked(properties: struct.Struct | undefined): Properties {
  return properties?.toJavaScript() ?? {};
}

/** As it is stored: what is secret is encrypted there. */
export function withoutSecrets(state: unknown): string {
  return JSON.stringify(state, (_key, value) =>
    typeof value === "object" && value !== null && SIGNATURE in value ? "[secret]" : value,
  );
}

/** Without the wrappers of secrets. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (SIGNATURE in value) return plain((value as unknown as { value: unknown }).value);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
}
