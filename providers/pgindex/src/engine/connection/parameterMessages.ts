import type { Advice } from "../errors/advice";

/**
 * Every message about connection parameters, in a URL, a service file or an environment variable.
 * None shows a value.
 */

export function badParameterAdvice(keyword: string, form: string): Advice {
  return {
    what: `cannot use the connection parameter ${keyword}`,
    why: `it must be ${form}`,
    fix: `correct ${keyword} in the URL, the connection service or the environment`,
  };
}

export function missingServiceAdvice(name: string, files: readonly string[]): Advice {
  return {
    what: `there is no connection service "${name}"`,
    why: `no section [${name}] in ${files.join(" or ")}`,
    fix: "add it there, or set PGSERVICEFILE to the file that has it",
  };
}
