import type { Context } from "../../engine/operation/context";
import type { FleetFile } from "../declare/fleetFile";
import type { Target } from "../declare/targetSchema";
import type { Control } from "../queue/controlDatabase";
import type { Queue } from "../queue/queue";
import type { Held } from "./transitions";

/** What a worker gives to each of its jobs. */
export interface Workplace {
  readonly control: Control;
  readonly queue: Queue;
  readonly file: FleetFile;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** It begins nothing more. */
  readonly isStopping: boolean;
  /** The target of this name, from its source. */
  target(name: string): Promise<Target | undefined>;
  contextOf(held: Held): Context;
}
