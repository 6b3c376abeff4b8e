import { type Advice, errorText, type Problem } from "../engine/errors/advice";

/** Every message about the options of the migration health. */

/** The first problem of its options. */
export function badOptionAdvice(problem: Problem | undefined): Advice {
  return {
    what: `the option ${problem?.path} of the migration health ${problem?.message}`,
    why: "nobody without the token may see the names and the sizes of indexes",
    fix: problem?.fix ?? "see docs/health.md",
  };
}

export function unreadableStateAdvice(error: unknown): Advice {
  return {
    what: `cannot read the state of the stack: ${errorText(error)}`,
    why: "it lists the declared indexes",
    fix: "write it with: pulumi stack export --file state.json",
  };
}
