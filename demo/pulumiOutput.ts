/**
 * A row of a resource under way, with the start of what it says: on a terminal the next one takes
 * its place.
 */
const UNDER_WAY = /^\s*[-+~>]*\s+(\S+ \S+) \w+ing \(\d+s\) ([^,:]+)/;

/** Whether to show a line of Pulumi's output: what a resource says again is shown once a second. */
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
