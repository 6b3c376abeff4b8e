import type { IndexPolicy } from "../declare/desiredIndex";

/** What the resource's state records about the last build. */
export interface LastBuild {
  readonly rebuildTrigger?: string | null;
  readonly bloatRatio?: number | null;
}

/**
 * Why the index must be rebuilt; undefined when it need not be. Pure.
 *
 * @example
 * rebuildReason({ rebuildWhen: { trigger: "2" } }, { rebuildTrigger: "1" })
 * // 'rebuildWhen.trigger is now "2"'
 */
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
    return `rebuildWhen.trigger is now "${trigger}"`;
  }
  const bloat = last.bloatRatio ?? 0;
  return bloatRatio !== undefined && bloat >= bloatRatio
    ? `it takes ${bloat} times as many bytes per row as right after the build`
    : undefined;
}
