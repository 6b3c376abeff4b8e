import { PgIndexError } from "../../engine/errors/advice";
import { PACKAGE_VERSION } from "../../packageManifest";
import { createLookFolder, LOOKS_VARIABLE, readLooks, removeLookFolder } from "../lookFolder";
import { FORMAT_VERSION, type Plan } from "../plan";
import { stoppedAdvice } from "../reviewMessages";
import { changesIn, doomedIn, resourcesOf, stackOf } from "./assemble";
import { readConnections } from "./connections";
import { lookAtDrops } from "./drops";
import { type Preview, type PreviewRequest, previewStack } from "./pulumiPreview";

/**
 * Looks at what a stack's next `up` or `destroy` would change, read-only: by Pulumi's own preview,
 * whose provider processes write down what they see, and at the indexes that go, of which a preview
 * asks nobody.
 */
export async function lookAtStack(request: PreviewRequest): Promise<Plan> {
  const folder = createLookFolder();
  try {
    const env = { ...request.env, [LOOKS_VARIABLE]: folder };
    const preview = await previewStack({ ...request, env });
    const looks = readLooks(folder);
    if (!preview.isComplete) requireExplained(preview, [...looks.keys()]);
    const changes = changesIn(preview);
    const doomed = doomedIn(changes);
    const drops =
      doomed.length > 0 ? await lookAtDrops(doomed, await readConnections(request)) : new Map();
    return {
      format: "pgindex-plan",
      formatVersion: FORMAT_VERSION,
      pgindex: PACKAGE_VERSION,
      madeAt: new Date().toISOString(),
      ...stackOf(preview),
      command: request.destroy ? "destroy" : "up",
      isComplete: preview.isComplete,
      ...resourcesOf({ changes, looks, doomed, drops }),
    };
  } finally {
    removeLookFolder(folder);
  }
}

/** An error that no resource of ours has explained is Pulumi's, or another provider's. */
function requireExplained({ diagnostics }: Preview, looked: readonly string[]): void {
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const [foreign] = errors.filter(({ urn }) => urn === undefined || !looked.includes(urn));
  if (foreign || errors.length === 0) throw new PgIndexError(stoppedAdvice(foreign?.message));
}
