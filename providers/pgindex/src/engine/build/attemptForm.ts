import { observe } from "../catalog/indexes";
import { assertMayGoOn } from "../operation/context";
import { type Declared, declaredForm } from "../situation/declaredForm";
import type { Attempt } from "./attempt";

/**
 * Reads the declaration's canonical form. Waits for a session that holds ACCESS EXCLUSIVE on the
 * table visibly, in `untilReadable`, instead of inside one of our statements.
 */
export async function awaitDeclaredForm(
  { observer, desired, ctx }: Attempt,
  untilReadable: () => Promise<void>,
): Promise<Declared> {
  for (;;) {
    assertMayGoOn(ctx);
    await untilReadable();
    const declared = await declaredForm(observer, desired);
    if (declared.kind !== "cannotVerify" || declared.obstacle !== "locked") return declared;
  }
}

/**
 * If the server could not provide the canonical form before (no TEMPORARY privilege), uses the form
 * that our own statement built.
 */
export async function builtForm(
  { observer, journal: { building } }: Attempt,
  declared: Declared,
): Promise<Declared> {
  if (declared.kind === "ok" || !building) return declared;
  const observed = await observe(observer, building);
  if (observed.kind !== "index" || !observed.index.valid) return declared;
  return { kind: "ok", canonical: observed.index.canonical };
}
