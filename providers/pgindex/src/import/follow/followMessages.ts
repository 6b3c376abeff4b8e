import type { Advice } from "../../engine/errors/advice";
import { FROM_DATABASE } from "../importMessages";

/** Messages about statements that cannot be followed. `place` is a position like `file.sql:12`. */

/** A statement that changes an index declared above it. */
export function unfollowedAdvice(place: string, statement: string, label: string): Advice {
  return {
    what: `${statement} at ${place} changes the index ${label}, created in the same SQL`,
    why: "a declaration describes the final index, and pgindex cannot follow this change",
    fix: "write the CREATE INDEX as it is after the change, and remove the change",
    otherwise: FROM_DATABASE,
  };
}

/** `label`: an index that is there. */
export function allOfAdvice(place: string, statement: string, label: string): Advice {
  return {
    what: `cannot tell whether ${statement} at ${place} changes the index ${label}`,
    why: "which indexes it means, only a server knows",
    fix: "name the indexes, one statement each",
    otherwise: FROM_DATABASE,
  };
}

export function blockAdvice(place: string, statement: string): Advice {
  return {
    what: `a DO block makes or changes an index at ${place}: ${statement}`,
    why: "whether that statement of the block is run, only a server can tell",
    fix: "write it as a statement of its own, outside of DO",
    otherwise: FROM_DATABASE,
  };
}

export function blockTextAdvice(place: string, expression: string): Advice {
  return {
    what: `cannot tell what EXECUTE ${expression} runs at ${place}`,
    why: "the DO block puts the text together when it runs, and it may make or drop an index",
    fix: "write the statements that it comes to, outside of DO",
    otherwise: FROM_DATABASE,
  };
}

export function blockLanguageAdvice(place: string, language: string): Advice {
  return {
    what: `cannot read the DO block at ${place}: it is written in ${language}`,
    why: "it may make or drop an index, and pgindex reads PL/pgSQL only",
    fix: "write what it makes as statements of its own, outside of DO",
    otherwise: FROM_DATABASE,
  };
}

export function blockUnreadableAdvice(place: string): Advice {
  return {
    what: `cannot read the DO block at ${place}`,
    why: "PL/pgSQL's own parser rejects it, and it may make or drop an index",
    fix: "correct the block, or write what it makes as statements of its own, outside of DO",
    otherwise: FROM_DATABASE,
  };
}

export function callAdvice(place: string, name: string): Advice {
  return {
    what: `the function ${name}() that is called at ${place} may make or drop an index`,
    why: "its name or its body says so, and which indexes that are, only a server can tell",
    fix: "write the statements that it comes to in place of the call",
    otherwise: FROM_DATABASE,
  };
}

/** `labels`: the indexes of the table that is copied. */
export function copiedIndexesAdvice(
  place: string,
  source: string,
  labels: readonly string[],
): Advice {
  return {
    what: `the LIKE at ${place} copies the indexes of ${source}: ${labels.join(", ")}`,
    why: "PostgreSQL gives the copies names of its own, which the SQL does not say",
    fix: "write INCLUDING ALL EXCLUDING INDEXES, and a CREATE INDEX for each",
    otherwise: FROM_DATABASE,
  };
}

export function unknownCopyAdvice(place: string, source: string): Advice {
  return {
    what: `cannot tell which indexes the LIKE at ${place} copies`,
    why: `${source} is not in what is read`,
    fix: "pass the file that creates it, too",
    otherwise: "write INCLUDING ALL EXCLUDING INDEXES, and a CREATE INDEX for each",
  };
}
