/** Renders milliseconds as `0.4 s`, `42 s`, `3 min 20 s` or `2 h 5 min`. */
export function renderElapsed(ms: number): string {
  if (ms < 10_000) return `${Math.round(ms / 100) / 10} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Renders bytes as `39 MB`, where MB is PostgreSQL's (1024 kB). */
export function renderBytes(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${Math.round(value).toLocaleString("en-US")} ${units[unit]}`;
}

/** `schema.name` for messages. */
export function displayName(of: { readonly schema: string; readonly name: string }): string {
  return `${of.schema}.${of.name}`;
}
