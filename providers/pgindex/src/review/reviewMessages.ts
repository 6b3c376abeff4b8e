import { stripVTControlCharacters } from "node:util";
import { nameInUrn } from "../engine/declare/ownershipMark";
import { type Advice, errorText } from "../engine/errors/advice";

/** Every message about looking at a stack for a plan. */

/** Somebody else could read what is written there, or had it written elsewhere. */
export function foreignFolderAdvice(variable: string): Advice {
  return {
    what: `the folder that ${variable} names cannot be written to`,
    why: "it is not a folder of this user's alone (mode 0700), and what is looked at is private",
    fix: `unset ${variable}: pgindex plan sets it by itself`,
  };
}

export function noPulumiAdvice(error: NodeJS.ErrnoException): Advice {
  if (error.code === "ENOENT")
    return {
      what: "there is no pulumi on PATH, or no such folder",
      why: "pgindex plan runs the program through pulumi preview",
      fix: "install Pulumi (https://www.pulumi.com/docs/install/), or add it to PATH; check --cwd",
    };
  return {
    what: `pulumi could not be started: ${errorText(error)}`,
    why: "pgindex plan runs the program through pulumi preview",
    fix: "see that pulumi preview runs in this folder",
  };
}

/** Pulumi printed no preview at all. */
export function noPreviewAdvice(text: string, stack: string | undefined): Advice {
  const named = stack ? `the stack ${stack}` : "the selected stack";
  return {
    what: `pulumi could not preview ${named}`,
    why: readable(text) || "it gave no reason",
    fix: "name the stack (--stack) and the project folder (--cwd), and log in to its backend",
  };
}

/** The program, or somebody else's resource, has failed. */
export function stoppedAdvice(message: string | undefined): Advice {
  return {
    what: "pulumi preview stopped at an error before all was looked at",
    why: readable(message ?? "") || "it gave no reason",
    fix: "see the whole error with: pulumi preview",
  };
}

export function noConnectionAdvice(provider: string): Advice {
  return {
    what: `the state has no Connection ${provider}`,
    why: "it says how to reach the database of an index that will be deleted",
    fix: "run: pulumi refresh",
  };
}

export function notWrittenText(): string {
  return (
    "the provider has written nothing of it down: the program may use another version of " +
    "pulumi-pgindex than this command"
  );
}

/** Of an index that the preview was not to come to. */
export function leftOutText(): string {
  return "Pulumi was told to leave it as it is (--target, --exclude)";
}

/** Of an index that another resource of the program takes over. */
export function droppedForHeirText(urn: string): string {
  return `it is now declared as ${nameInUrn(urn)}`;
}

/** Without colours, and not a page of it. */
function readable(text: string): string {
  const lines = stripVTControlCharacters(text)
    .replace(/^error: /, "")
    .trim()
    .split("\n");
  const isStack = (line: string) => /^\s+at /.test(line);
  return lines
    .filter((line) => !isStack(line))
    .slice(0, 5)
    .join(" ");
}
