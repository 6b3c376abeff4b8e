import * as pulumi from "@pulumi/pulumi";
import type { ConnectionArgs } from "./connectionArgs";
import { formerly } from "./resourceParts";

/**
 * The database to build indexes in; pass it as `{ provider: connection }`. Each Connection has its
 * own process and its own queue.
 *
 * A resource without one connects to the stack's `pgindex:databaseUrl`, or else to `DATABASE_URL`,
 * or else as the `PG*` variables say.
 *
 * @example
 * const url = config.requireSecret("databaseUrl");
 * const database = new pgindex.Connection("production", { url });
 * const args = { table: "users", name: "users_email_idx", columns: ["email"] };
 * new pgindex.Index("by-email", args, { provider: database });
 */
export class Connection extends pulumi.ProviderResource {
  /**
   * Whether it is the connection of `pulumi-resource-pgindex`.
   *
   * @internal
   */
  static readonly isNative: boolean = false;

  constructor(name: string, args: ConnectionArgs = {}, options?: pulumi.ResourceOptions) {
    const settings = configurationOf(args, options);
    if (new.target.isNative)
      super("pgindex", name, nativeOf(settings, args), formerly(TYPE, options));
    else super("pulumi-nodejs", name, settings, options);
  }
}

const TYPE = "pulumi:providers:pulumi-nodejs";

/** The native provider's settings have no namespace, and it refuses the unknown ones by name. */
function nativeOf(settings: object, args: ConnectionArgs): Record<string, pulumi.Input<string>> {
  const { "pgindex:unknownArguments": _, ...known } = settings as Record<string, string>;
  const all = Object.entries(known).map(([name, value]) => [name.replace(/^pgindex:/, ""), value]);
  const unknown = Object.keys(args).filter((name) => !Object.hasOwn(ARGUMENTS, name));
  return Object.fromEntries([...all, ...unknown.map((name) => [name, ""])]);
}

/**
 * Fills in missing values from the stack's configuration, which Pulumi gives only to the default
 * provider.
 */
function configurationOf(
  args: ConnectionArgs,
  options: pulumi.CustomResourceOptions | undefined,
): Record<string, pulumi.Input<string> | undefined> {
  const stack = new pulumi.Config("pgindex");
  const isMapped = Object.values(options?.envVarMappings ?? {}).includes("DATABASE_URL");
  const isOwn = args.url !== undefined || isMapped;
  const replicas = args.replicas && pulumi.output(args.replicas).apply((it) => JSON.stringify(it));
  const ofBuilds = args.buildSettings && pulumi.jsonStringify(args.buildSettings);
  const hazards = args.hazards && pulumi.jsonStringify(args.hazards);
  const command = args.passwordCommand && pulumi.jsonStringify(args.passwordCommand);
  const settings = SETTINGS.map((name) => [
    `pgindex:${name}`,
    asString(args[name]) ?? stack.get(name),
  ]);
  return {
    "pgindex:url": isOwn ? asSecret(args.url) : stack.getSecret("databaseUrl"),
    "pgindex:replicas": asSecret(replicas) ?? (isOwn ? undefined : stack.getSecret("replicas")),
    "pgindex:passwordCommand": command ?? stack.get("passwordCommand"),
    "pgindex:buildSettings": ofBuilds ?? stack.get("buildSettings"),
    "pgindex:hazards": hazards ?? stack.get("hazards"),
    ...Object.fromEntries(settings),
    "pgindex:unknownArguments": unknownArguments(args),
  };
}

/** The provider refuses them, as every resource refuses its own. */
function unknownArguments(args: ConnectionArgs): string | undefined {
  const unknown = Object.keys(args).filter((name) => !Object.hasOwn(ARGUMENTS, name));
  return unknown.length > 0 ? unknown.join(",") : undefined;
}

/** Every argument: those that are settings as text, and those that are handed over in their own way. */
const ARGUMENTS = {
  url: "own",
  passwordCommand: "own",
  passwordMaxAge: "text",
  replicas: "own",
  buildSettings: "own",
  hazards: "own",
  stage: "text",
  maxConcurrentBuilds: "text",
  maxConcurrentMeasurements: "text",
  maxConnections: "text",
  allowPooler: "text",
  role: "text",
  applicationRole: "text",
  allowCorruptingServer: "text",
  whenClientVanishes: "text",
  ownershipMarks: "text",
  predictPlans: "text",
  acceptDatabase: "text",
  reviewedPlan: "text",
  onPlanChange: "text",
  waitFor: "text",
  buildWithin: "text",
  stallBudget: "text",
  retries: "text",
  waiters: "text",
} as const satisfies Readonly<Record<keyof ConnectionArgs, "own" | "text">>;

type Arguments = typeof ARGUMENTS;
type Setting = {
  [N in keyof Arguments]: Arguments[N] extends "text" ? N : never;
}[keyof Arguments];

const SETTINGS = Object.entries(ARGUMENTS).flatMap(([name, how]) =>
  how === "text" ? [name as Setting] : [],
);

function asSecret(value: pulumi.Input<string> | undefined): pulumi.Output<string> | undefined {
  return value === undefined ? undefined : pulumi.secret(value);
}

/** A provider's configuration can hold only strings. */
function asString(
  value: pulumi.Input<number | boolean | string> | undefined,
): pulumi.Output<string> | undefined {
  return value === undefined ? undefined : pulumi.output(value).apply(String);
}
