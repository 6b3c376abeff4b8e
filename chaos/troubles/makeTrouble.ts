import type { EmbeddedServer } from "../../tools/embeddedPostgres.ts";
import { withClient } from "../chaosServer.ts";
import type { Arena } from "./arena.ts";
import { attachSpare, detachSpare } from "./partitionTroubles.ts";
import { pickAt } from "./seededRandom.ts";
import { aim, sessionTrouble } from "./sessionTroubles.ts";
import { takeName } from "./takenNames.ts";
import type { Event, Trouble } from "./troubleSchedule.ts";

/** Makes one trouble, and returns whether it hit. Everything it opened is closed when it ends. */
export async function makeTrouble(event: Event, arena: Arena): Promise<boolean> {
  const { kind, pick } = event;
  const { server, record } = arena;
  const cli = pickAt(arena.stacks, pick)?.cli;
  switch (kind) {
    case "kill CLI":
      return aim(() => cli?.kill());
    case "kill provider":
      return aim(() => cli?.killProvider());
    case "interrupt":
      return aim(() => cli?.interrupt());
    case "restart, fast":
    case "restart, immediate":
      return record.during(kind, () => restart(server, kind));
    case "swap of names, other tool":
    case "redefinition, other tool":
    case "rebuild, other tool":
      return takeName(kind, event, arena);
    case "DETACH PARTITION, other tool":
      return record.during(kind, () => detachSpare(server.url, event));
    case "ATTACH PARTITION, other tool":
      return record.during(kind, () => attachSpare(server.url, event));
    default:
      return record.during(kind, () =>
        withClient(server.url, (client) => sessionTrouble(event, client)),
      );
  }
}

async function restart(server: EmbeddedServer, kind: Trouble): Promise<boolean> {
  if (kind === "restart, immediate") await server.stopImmediately();
  await server.restart();
  return true;
}
