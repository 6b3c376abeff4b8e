import { type Canonicalized, canonicalize } from "../compare/clone";
import type { IndexDefinition } from "../declare/desiredIndex";
import { PgIndexError } from "../errors/advice";
import type { Session } from "../session/session";
import { declarationAdvice } from "./declarationMessages";
import { unsupportedClause } from "./unsupportedClauses";

/** The declaration as far as the server could be asked about it. */
export type Declared = Exclude<Canonicalized, { kind: "refused" }>;

/** The declaration in the server's own form, or advice why the server does not take it. */
export async function declaredForm(observer: Session, index: IndexDefinition): Promise<Declared> {
  const advice = unsupportedClause(index, observer.serverVersion);
  if (advice) throw new PgIndexError(advice);
  const form = await canonicalize(observer, index);
  if (form.kind !== "refused") return form;
  throw new PgIndexError(declarationAdvice(index, form.error), { cause: form.error });
}
