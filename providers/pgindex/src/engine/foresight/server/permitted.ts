import type { Advice } from "../../errors/advice";
import { type Hazard, hazard } from "../../hazards/hazard";
import type { HazardCode } from "../../hazards/hazardKinds";
import type { Step } from "../../plan/step";
import type { Session } from "../../session/session";
import {
  corruptingServerAdvice,
  corruptsIndexes,
  poolerAdvice,
} from "../../session/sessionMessages";

/**
 * What a session is refused for unless a setting of the Connection allows it: there is a session, so
 * one does.
 */
export function foreseePermitted(
  { isPooled, serverVersion }: Pick<Session, "isPooled" | "serverVersion">,
  database: string,
  steps: readonly Pick<Step, "kind">[],
): Hazard[] {
  const builds = steps.some(({ kind }) => kind === "build" || kind === "reindex");
  return [
    ...(isPooled ? [permitted("pooler", database, poolerAdvice())] : []),
    ...(builds && corruptsIndexes(serverVersion)
      ? [permitted("corrupting-server", database, corruptingServerAdvice(serverVersion))]
      : []),
  ];
}

function permitted(code: HazardCode, object: string, { what, why, fix }: Advice): Hazard {
  return hazard(code, { object, message: `${what.replace(/^refused: /, "")}: ${why}`, fix });
}
