import type { LiveIndex } from "../../catalog/liveIndex";
import type { CanonicalIndex } from "../../declare/indexFields";
import type { DatabaseIdentity } from "../../session/databaseIdentity";
import type { Declared } from "../../situation/declaredForm";
import { isSettled, type Situation } from "../../situation/situation";

/** An index of nobody's that a look saw to stand as declared: it lacks no more than its mark. */
export interface Adoptable {
  readonly live: LiveIndex;
  /** The declaration as the server spells it. */
  readonly declared: CanonicalIndex;
  readonly database: DatabaseIdentity;
  /** Whether the role may write a mark, and is to. */
  readonly lacksMark: boolean;
  /** When it was seen, by `performance.now()`. */
  readonly seenAt: number;
}

/** The index of a situation that a create adopts without a step of its plan but the mark. */
export function adoptableIn(
  situation: Situation,
  declared: Declared,
  database: DatabaseIdentity,
): Adoptable | undefined {
  const { verdict, missingMark, isUpdate } = situation;
  if (verdict.kind !== "same" || declared.kind !== "ok" || isUpdate) return undefined;
  const { live } = verdict;
  if (live.mark || !isSettled({ ...situation, missingMark: undefined })) return undefined;
  const lacksMark = missingMark !== undefined;
  const seenAt = performance.now();
  return { live, declared: declared.canonical, database, lacksMark, seenAt };
}
