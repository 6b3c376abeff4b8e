import { HANDLERS } from "../../resources/resourceNames";
import type { Handler } from "../contract";
import { type EngineLog, engineLog } from "../engineLog";
import { createHandlers } from "../handlers";
import { createRuntime, type Runtime } from "../runtime";

/** What one process serves: a configuration, and a handler for each type of resource. */
export interface Front {
  readonly runtime: Runtime;
  readonly log: EngineLog;
  /** Throws for a type that there is not. */
  handlerOf(urn: string): Handler;
  /** The state's own connection could not be used: said once, and then not tried again. */
  unreachable: boolean;
}

/** `engine`: the address of Pulumi's engine, which shows the log. */
export function createFront(engine: string | undefined, log = engineLog(engine)): Front {
  const runtime = createRuntime(log, engine);
  const handlers = createHandlers(runtime, log);
  return {
    runtime,
    log,
    unreachable: false,
    handlerOf(urn) {
      const type = typeOf(urn);
      const served = Object.entries(HANDLERS).find(([name]) => type === `pgindex:index:${name}`);
      if (!served) throw new Error(`pgindex has no resource of the type ${type}`);
      return handlers[served[1]];
    },
  };
}

/** `urn:pulumi:<stack>::<project>::<parent type>$<type>::<name>` */
export function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}
