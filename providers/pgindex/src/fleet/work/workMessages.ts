import { adviceLine } from "../adviceLine";

/** Every message about what a worker cannot do. */

export function goneTargetText(): string {
  return (
    "the targets' source names it no more, so that its URL is unknown here: name it there again and " +
    "run pgindex fleet retry, or leave it out: pgindex fleet resume --leave-failed"
  );
}

export function otherDatabaseText(label: string): string {
  return (
    `its URL leads to another database now (${label}) than when the rollout was planned: correct the ` +
    "URL and run pgindex fleet retry, or stop this rollout and start another one"
  );
}

/** The engine's advice is for those who use Pulumi; here a retry takes the place of its `up`. */
export function problemText(error: unknown): string {
  return adviceLine(error).replaceAll("run pulumi up", "run pgindex fleet retry");
}
