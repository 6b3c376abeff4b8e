import { spawn } from "node:child_process";
import { z } from "zod";
import { PgIndexError } from "../../engine/errors/advice";
import { fromJson } from "../../engine/input/jsonText";
import { noPreviewAdvice, noPulumiAdvice } from "../reviewMessages";

const stateSchema = z.object({
  type: z.string(),
  provider: z.string().optional(),
  outputs: z.record(z.string(), z.unknown()).optional(),
  sourcePosition: z.string().optional(),
  stackTrace: z.array(z.object({ sourcePosition: z.string().optional() })).optional(),
});

const previewSchema = z.object({
  steps: z
    .array(
      z.object({
        op: z.string(),
        urn: z.string(),
        provider: z.string().optional(),
        oldState: stateSchema.optional(),
        newState: stateSchema.optional(),
      }),
    )
    .default([]),
  diagnostics: z
    .array(z.object({ urn: z.string().optional(), message: z.string(), severity: z.string() }))
    .default([]),
});

/** What `pulumi preview --json` printed. */
export type Preview = z.infer<typeof previewSchema> & {
  /** False where Pulumi stopped at an error. */
  readonly isComplete: boolean;
};
export type PreviewStep = Preview["steps"][number];

/** What to preview, and where. */
export interface PreviewRequest {
  readonly stack?: string;
  readonly cwd?: string;
  readonly destroy?: boolean;
  /** More options for Pulumi, as it knows them. */
  readonly options: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Runs the user's program through `pulumi preview`, which changes nothing. */
export async function previewStack(request: PreviewRequest): Promise<Preview> {
  const { stack, destroy, options } = request;
  const command = destroy ? ["destroy", "--preview-only"] : ["preview", "--show-sames"];
  const named = stack ? ["--stack", stack] : [];
  const { code, stdout, stderr } = await runPulumi(
    [...command, "--json", "--non-interactive", ...named, ...options],
    request,
  );
  const found = previewSchema.safeParse(fromJson(stdout));
  if (!found.success) throw new PgIndexError(noPreviewAdvice(stderr || stdout, stack));
  return { ...found.data, isComplete: code === 0 };
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Ctrl-C reaches Pulumi too, which ends in its own time; a mere SIGTERM has to be passed on. */
export function runPulumi(
  args: readonly string[],
  { cwd, env }: Pick<PreviewRequest, "cwd" | "env">,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn("pulumi", args, {
      cwd,
      // One JSON text at the end, whatever the user's shell prefers.
      env: { ...env, PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "false" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const texts = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const)
      child[stream].setEncoding("utf8").on("data", (text: string) => {
        texts[stream] += text;
      });
    const wait = () => undefined;
    const terminate = () => child.kill("SIGTERM");
    process.on("SIGINT", wait).on("SIGTERM", terminate);
    const done = () => process.off("SIGINT", wait).off("SIGTERM", terminate);
    child.once("error", (error) => {
      done();
      reject(new PgIndexError(noPulumiAdvice(error), { cause: error }));
    });
    child.once("close", (code) => {
      done();
      resolve({ code, ...texts });
    });
  });
}
