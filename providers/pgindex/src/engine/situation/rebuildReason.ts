import type { IndexPolicy } from "../declare/desiredIndex";

/** What the resource's state says of the last build. */
export interface LastBuild {
  readonly rebuildTrigger?: string | null;
  readonly bloatRatio?: number | null;
}

/** Why the index is to be rebuilt; undefined when it is not. */
export function rebuildReason(
  { rebuildWhen }: Pick<IndexPolicy, "rebuildWhen">,
  last: LastBuild,
): string | undefined {
  const { trigger, bloatRatio } = rebuildWhen ?? {};
  if (
    trigger !== undefined &&
    last.rebuildTrigger !== undefined &&
    last.rebuildTrigger !== trigger
  ) {
    return `rebuildWhen.trigger is "${trigger}" now`;
  }
  const bloat = last.bloatRatio ?? 0;
  return bloatRatio !== undefined && bloat >= bloatRatio
    ? `it takes ${bloat} times the bytes a row that it took after the build`
    : undefined;
}
