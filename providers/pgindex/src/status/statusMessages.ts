import { type Advice, errorText } from "../engine/errors/advice";

/** Every message about the state of a stack, and about how it is exported. */

export function unreadableExportAdvice(file: string, error: unknown): Advice {
  return {
    what: `cannot read ${file}: ${errorText(error)}`,
    why: "it was given as the exported state of a stack",
    fix: "write it with: pulumi stack export --file state.json",
  };
}

export function noExportAdvice(): Advice {
  return {
    what: "cannot read the state of the stack",
    why: "it is not the output of pulumi stack export",
    fix: "write it with: pulumi stack export --stack <name> --file state.json",
  };
}

/** `pulumi stack export` could not be run, or has failed. */
export function exportFailedAdvice(error: unknown, stack: string | undefined): Advice {
  const { code, stderr = "" } = error as { code?: string | number; stderr?: string };
  const otherwise = "use a state exported elsewhere: --state state.json";
  if (code === "ENOENT") {
    return {
      what: "there is no pulumi on PATH",
      why: "a stack's declared indexes are in its state, which Pulumi reads",
      fix: "install Pulumi (https://www.pulumi.com/docs/install/), or add it to PATH",
      otherwise,
    };
  }
  const named = stack ? `the stack ${stack}` : "the selected stack";
  return {
    what: `pulumi cannot export the state of ${named}`,
    why: stderr.trim().replace(/^error: /, "") || "it gave no reason",
    fix: "name the stack (--stack) and the project folder (--cwd), and log in to its backend",
    otherwise,
  };
}
