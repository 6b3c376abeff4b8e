import { type Advice, errorText } from "../engine/errors/advice";

/** Every message about a plan's file. */

const AGAIN = "make it anew, and have it reviewed: pgindex plan --out";

export function cannotWriteAdvice(file: string, error: unknown): Advice {
  return {
    what: `cannot write ${file}: ${errorText(error)}`,
    why: "the plan was to be kept there",
    fix: "name a file that can be written",
  };
}

export function cannotReadAdvice(file: string, error: unknown): Advice {
  return {
    what: `cannot read the plan ${file}: ${errorText(error)}`,
    why: "nobody can tell whether the change is the one that was reviewed",
    fix: `${AGAIN} ${file}`,
  };
}

export function notJsonAdvice(file: string): Advice {
  return {
    what: `${file} is no plan: it is not JSON`,
    why: "it may be cut off, or another file",
    fix: `${AGAIN} ${file}`,
  };
}

export function noPlanAdvice(file: string): Advice {
  return {
    what: `${file} is no plan of pgindex`,
    why: 'it has no "format": "pgindex-plan"',
    fix: `${AGAIN} ${file}`,
    otherwise: "a plan that pulumi preview --save-plan wrote is for pulumi up --plan",
  };
}

export function otherFormatAdvice(file: string, has: number, knows: number): Advice {
  return {
    what: `the plan ${file} has format ${has}, and this pgindex reads format ${knows}`,
    why: "another release has written it",
    fix: `${AGAIN} ${file}`,
  };
}

export function editedAdvice(file: string): Advice {
  return {
    what: `the plan ${file} was changed after pgindex wrote it`,
    why: "its digest is another, so that it may not be what was reviewed",
    fix: `${AGAIN} ${file}`,
  };
}
