/**
 * A row of a resource in progress, with the beginning of its message: on a terminal, the next one
 * replaces it.
 */
const UNDER_WAY = /^\s*[-+~>]*\s+(\S+ \S+) \w+ing \(\d+s\) ([^,:]+)/;

/**
 * Decides whether to show a line of Pulumi's output: a resource's repeated message is shown once a
 * second.
 */
export function rowsOfPulumi(everyMs = 1_000): (line: string, now?: number) => boolean {
  const shownAt = new Map<string, number>();
  return (line, now = Date.now()) => {
    const [, resource, says] = UNDER_WAY.exec(line) ?? [];
    if (resource === undefined) return true;
    const key = `${resource} ${says}`;
    if (now - (shownAt.get(key) ?? 0) < everyMs) return false;
    shownAt.set(key, now);
    return true;
  };
}
