import type { OwnershipMark } from "../../engine/declare/ownershipMark";
import { resourceName, stackName } from "../../engine/declare/ownershipMark";
import type { Advice, PgIndexError, Problem } from "../../engine/errors/advice";
import { didYouMean } from "../../engine/text/similarNames";

/** All messages of the native provider alone. */

/** A read of a resource whose connection in the state leads nowhere. */
export function unreachableText({ advice }: PgIndexError): string {
  return (
    `not looked at, and taken as it is in the state: ${advice.what}: ${advice.why}. ` +
    "Pulumi reads with the settings in the state: those of the program apply from the update on"
  );
}

export function notImportableAdvice(type: string): Advice {
  return {
    what: `cannot import a ${type}`,
    why: "only an index is there before Pulumi knows of it",
    fix: "declare it, and run pulumi up: what it finds done already, it takes for done",
  };
}

/** What a list is asked for, where there is nothing to name it by. */
export function refusedArgumentsAdvice(problems: readonly Problem[]): Advice {
  return {
    what: problems.map(({ path, message }) => `${path} ${message}`).join("; "),
    why: "nothing would be listed, or not what was meant",
    fix: problems.map(({ fix }) => fix).join("; "),
  };
}

/** A CLI that does not read before it compares. Said once. */
export function olderCliText(): string {
  return (
    "this Pulumi CLI does not read indexes before a preview, so one that was redefined outside " +
    "goes unseen: run pulumi refresh, or update the CLI"
  );
}

export function noSuchIndexAdvice(id: string, similar: readonly string[]): Advice {
  return {
    what: `there is no index ${id}`,
    why: "the ID is the name as it stands in the catalog, with its schema: public.users_email_idx",
    fix: didYouMean(similar) ?? "pgindex import lists the indexes that can be declared",
  };
}

export function notDeclarableAdvice(id: string, reason: string): Advice {
  return {
    what: `index ${id} cannot be imported`,
    why: `it ${reason}`,
    fix: "leave it to what has made it",
  };
}

export function foreignIndexAdvice(id: string, mark: OwnershipMark): Advice {
  const [stack, name] = [stackName(mark), resourceName(mark)];
  return {
    what: `index ${id} belongs to ${name} of ${stack}`,
    why: "both would change it, and drop what the other relies on",
    fix: `declare it with takeOverFrom: "${stack}" and run pulumi up, which adopts it`,
    otherwise: `if that state is lost: import it under its logical name, ${name}`,
  };
}
