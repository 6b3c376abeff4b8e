import { type Canonicalized, formOf } from "../compare/clone";
import { canonicalize } from "../compare/forms/canonicalize";
import { standingForm } from "../compare/forms/standingForm";
import type { IndexDefinition } from "../declare/desiredIndex";
import { PgIndexError } from "../errors/advice";
import type { Session } from "../session/session";
import { momentIn } from "./causes/moments";
import { causeOfRefusal } from "./causes/refusedDeclaration";
import { declarationAdvice, momentAdvice } from "./declarationMessages";
import { unsupportedClause } from "./unsupportedClauses";

/** The declaration in canonical form, or the reason the server could not provide that form. */
export type Declared = Exclude<Canonicalized, { kind: "refused" }>;

/**
 * Returns the declaration in the server's canonical form. Throws {@link PgIndexError} with advice
 * when the server does not accept it.
 */
export async function declaredForm(observer: Session, index: IndexDefinition): Promise<Declared> {
  const advice = unsupportedClause(index, observer.serverVersion);
  if (advice) throw new PgIndexError(advice);
  const standing = await standingForm(observer, index);
  const form = standing ? formOf(index, standing) : await canonicalize(observer, index);
  const moment = form.kind === "ok" ? momentIn(index, form.canonical) : undefined;
  if (moment !== undefined) throw new PgIndexError(momentAdvice(index, moment));
  if (form.kind !== "refused") return form;
  const cause = await causeOfRefusal(observer, index, form.error);
  throw new PgIndexError(declarationAdvice(index, form.error, cause), { cause: form.error });
}
