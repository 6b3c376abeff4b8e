import {
  readStaleCollations,
  staleCollationFix,
  staleCollationText,
} from "../engine/catalog/collations";
import type { Session } from "../engine/session/session";
import { type Finding, ok, warning } from "./finding";

/** Whether text is still ordered as it was when the indexes were built. */
export async function collations(observer: Session): Promise<Finding[]> {
  const check = "collations";
  const stale = await readStaleCollations(observer);
  if (stale.length === 0) return [ok(check, "text is ordered as when the indexes were built")];
  return stale.map((each) => warning(check, staleCollationText(each), staleCollationFix(each)));
}
