import type { Advice } from "../../engine/errors/advice";

/** Messages about files that others include. `place` is a position such as `file.sql:12`. */

const PUT_THERE = "put the text where the include is";

export function missingIncludeAdvice(
  place: string,
  name: string,
  looked: readonly string[],
): Advice {
  return {
    what: `there is no file ${name}, included at ${place}`,
    why: `looked for ${looked.join(", ")}`,
    fix: "run pgindex in the folder that the tool runs in",
    otherwise: PUT_THERE,
  };
}

export function outsideAdvice(place: string, name: string, within: readonly string[]): Advice {
  return {
    what: `the file ${name}, included at ${place}, is not read`,
    why: `it lies outside of the project: ${within.join(", ")}`,
    fix: "run pgindex in the project's root",
    otherwise: PUT_THERE,
  };
}

export function circularIncludeAdvice(place: string, name: string): Advice {
  return {
    what: `the file ${name}, included at ${place}, includes itself`,
    why: "reading it would never end",
    fix: "remove one of the includes",
  };
}
