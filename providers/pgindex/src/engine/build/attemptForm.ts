import { observe } from "../catalog/indexes";
import { assertMayGoOn } from "../operation/context";
import { type Declared, declaredForm } from "../situation/declaredForm";
import type { Attempt } from "./attempt";

/**
 * The declaration in the server's own form. Whoever holds ACCESS EXCLUSIVE on the table is waited
 * for in sight, by `untilReadable`, and not inside of a statement of ours.
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
 * Where the server could not be asked before (no TEMPORARY privilege), what our own statement has
 * built is the declared form.
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
