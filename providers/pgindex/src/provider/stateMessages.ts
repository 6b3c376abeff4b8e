import type { Advice } from "../engine/errors/advice";

/** A state whose layout this release does not know. */
export function newerStateAdvice(layout: number, known: number): Advice {
  return {
    what: `refused: a newer release of pulumi-pgindex has written this state (layout ${layout})`,
    why: `this one reads layout ${known}, and could take another index for the recorded one`,
    fix: "install that release here too: npm install pulumi-pgindex@latest",
  };
}
