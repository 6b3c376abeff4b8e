import type { PlannedIndex } from "../plan";

interface Placed {
  readonly sourcePosition?: string;
  readonly stackTrace?: readonly { readonly sourcePosition?: string }[];
}

/** The innermost place that is the user's own, by the project's folder. */
export function sourceOf({ sourcePosition, stackTrace = [] }: Placed): PlannedIndex["source"] {
  const places = [sourcePosition, ...stackTrace.map((frame) => frame.sourcePosition)];
  for (const place of places) {
    const [, file, line, column] = /^project:\/\/\/(.+)#(\d+),(\d+)$/.exec(place ?? "") ?? [];
    if (file === undefined || /(^|\/)(\.\.|node_modules)\//.test(file)) continue;
    return { file: decodeURIComponent(file), line: Number(line), column: Number(column) };
  }
  return undefined;
}
