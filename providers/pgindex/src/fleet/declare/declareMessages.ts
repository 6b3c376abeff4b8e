import { type Advice, errorText, type Problem } from "../../engine/errors/advice";

/** Every message about a fleet's file and where its targets come from. */

export function unreadableFileAdvice(file: string, error: unknown): Advice {
  return {
    what: `cannot read ${file}: ${errorText(error)}`,
    why: "the fleet is described there",
    fix: "name a file that can be read",
    otherwise: "name another one: --file fleet.yaml",
  };
}

/** `code`: the parser's word for it, such as DUPLICATE_KEY. */
export function unparsableAdvice(
  from: string,
  { line, column }: { readonly line: number; readonly column: number },
  code: string,
): Advice {
  return {
    what: `${from} is neither YAML nor JSON: ${code}, line ${line}, column ${column}`,
    why: "nothing begins before all of it can be read; what stands there is not shown, since it may be a URL",
    fix: `correct line ${line}`,
  };
}

export function unloadableAdvice(file: string, reason: string): Advice {
  return {
    what: `cannot load ${file}: ${reason}`,
    why: "the module is to export a list by default, or a function that makes it",
    fix: 'correct the module: export default [{ name: "tenant-1", urlEnv: "TENANT_1_URL" }]',
  };
}

const MOST_SHOWN = 10;

export function problemsAdvice(from: string, problems: readonly Problem[]): Advice {
  const shown = problems.slice(0, MOST_SHOWN);
  const more = problems.length - shown.length;
  return {
    what: [
      `${from}: ${shown.map(({ path, message }) => `${path || "it"} ${message}`).join("; ")}`,
      ...(more > 0 ? [`and ${more} more`] : []),
    ].join("; "),
    why: "nothing begins before all of it can be read",
    fix: shown.map(({ path, fix }) => `${path || "it"}: ${fix}`).join("; "),
  };
}

export function noTargetsAdvice(from: string): Advice {
  return {
    what: `${from} names no target`,
    why: "a fleet without databases has nothing to do",
    fix: "write a target: { name: tenant-1, urlEnv: TENANT_1_URL }",
  };
}

export function sameNameAdvice(from: string, name: string): Advice {
  return {
    what: `${from} has two targets named ${name}`,
    why: "a target is retried, reported and recorded by its name",
    fix: "give each target a name of its own",
  };
}

export function commandFailedAdvice(program: string, error: unknown): Advice {
  const { code, stderr = "" } = error as { readonly code?: unknown; readonly stderr?: string };
  const last = stderr.trim().split("\n").at(-1);
  const reason = last || (code === "ENOENT" ? "there is no such program" : errorText(error));
  return {
    what: `${program} did not name the targets: ${reason}`,
    why: "the fleet's targets are what it prints, as JSON or YAML",
    fix: `run ${program} yourself, and correct it until it ends with code 0`,
  };
}

export function unsetVariableAdvice(variable: string, of: string): Advice {
  return {
    what: `the environment variable ${variable} is not set`,
    why: `it has the URL of ${of}; no URL goes through the queue, so each worker needs it`,
    fix: `set ${variable} where this runs`,
  };
}

export function noIndexesAdvice(): Advice {
  return {
    what: "the fleet's file declares no indexes",
    why: "--engine builds what the file declares, without a stack's program",
    fix: "declare them there: indexes: [{ table: …, name: …, columns: […] }]",
    otherwise: "leave --engine out: each database is then a stack of the program",
  };
}
