import { execFileSync } from "node:child_process";

/**
 * Why there is no pg_dump here; undefined when there is one. As root on Debian (CI) it is installed
 * where it is missing.
 */
export function pgDumpProblem(): string | undefined {
  if (works("pg_dump")) return undefined;
  if (process.getuid?.() !== 0 || !works("apt-get"))
    return "there is no pg_dump on PATH, and no right to install one";
  const options = { stdio: "ignore", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  execFileSync(
    "sh",
    ["-c", "apt-get update && apt-get install -y postgresql-client"],
    options as object,
  );
  return works("pg_dump") ? undefined : "pg_dump could not be installed";
}

function works(program: string): boolean {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
