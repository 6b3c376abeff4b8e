import { z } from "zod";
import { PgIndexError } from "../../engine/errors/advice";
import { fromJson } from "../../engine/input/jsonText";
import type { Database } from "../../engine/session/database";
import { databaseFrom } from "../../provider/settings/connectionSettings";
import { withoutSecrets } from "../../status/secretOutputs";
import { noConnectionAdvice, noPreviewAdvice } from "../reviewMessages";
import { type PreviewRequest, runPulumi } from "./pulumiPreview";

const exportSchema = z.object({
  deployment: z.object({
    resources: z
      .array(
        z.object({
          urn: z.string(),
          id: z.string().optional(),
          type: z.string(),
          provider: z.string().optional(),
          inputs: z.record(z.string(), z.unknown()).optional(),
          envVarMappings: z.record(z.string(), z.string()).optional(),
        }),
      )
      .optional(),
  }),
});

type Resource = NonNullable<z.infer<typeof exportSchema>["deployment"]["resources"]>[number];

/** The databases of a stack's Connections, by the reference that a resource's state has. */
export type Connections = (provider: string) => Database;

type StackRequest = Omit<PreviewRequest, "options">;

/**
 * Reads the Connections as the stack's state has them. Their URLs are secrets, which Pulumi gives
 * the provider in clear as well; they stay in memory.
 */
export async function readConnections(request: StackRequest): Promise<Connections> {
  const resources = await exportedResources(request);
  return (provider) => {
    const own = resources.find(({ urn, id }) => `${urn}::${id}` === provider);
    if (!own) throw new PgIndexError(noConnectionAdvice(provider));
    return databaseOfConnection(own, request.env);
  };
}

/** A Connection that indexes of the stack are built through. */
interface UsedConnection {
  /** Its name in the program; undefined where a resource has none. */
  readonly name?: string;
  readonly database: () => Database;
}

/** Every Connection that a resource of ours has, as the state has them. */
export async function readUsedConnections(request: StackRequest): Promise<UsedConnection[]> {
  const resources = await exportedResources(request);
  const ours = resources.filter(({ type }) => /(^|:)pgindex:/.test(type));
  const used = new Set(ours.map(({ provider }) => provider));
  return resources
    .filter(({ urn, id }) => used.has(`${urn}::${id}`))
    .map((own) => {
      const name = own.urn.split("::").at(-1) ?? "";
      const isDefault = /^default(_|$)/.test(name);
      return {
        ...(!isDefault && { name }),
        database: () => databaseOfConnection(own, request.env),
      };
    });
}

async function exportedResources(request: StackRequest): Promise<readonly Resource[]> {
  const { stack } = request;
  const named = stack ? ["--stack", stack] : [];
  const args = ["stack", "export", "--show-secrets", "--non-interactive", ...named];
  const { stdout, stderr } = await runPulumi(args, request);
  const found = exportSchema.safeParse(fromJson(stdout));
  if (!found.success) throw new PgIndexError(noPreviewAdvice(stderr, stack));
  return found.data.deployment.resources ?? [];
}

function databaseOfConnection(own: Resource, env: StackRequest["env"]): Database {
  const inputs: Readonly<Record<string, unknown>> = { ...withoutSecrets(own.inputs ?? {}) };
  const text = (key: string) => {
    // The native provider's settings have no namespace.
    const value = inputs[key] ?? inputs[key.replace(/^pgindex:/, "")];
    return typeof value === "string" ? value : undefined;
  };
  return databaseFrom(text, mapped(env, own.envVarMappings));
}

/** As Pulumi gives the environment to the provider's process. */
function mapped(
  env: PreviewRequest["env"],
  mappings: Readonly<Record<string, string>> = {},
): PreviewRequest["env"] {
  const own = Object.entries(mappings).flatMap(([from, to]) =>
    env[from] === undefined ? [] : [[to, env[from]]],
  );
  return { ...env, ...Object.fromEntries(own) };
}
