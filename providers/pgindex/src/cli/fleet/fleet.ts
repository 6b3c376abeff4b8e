import type { Command } from "commander";
import type { Io } from "../commandIo";
import { addChanges } from "./changes";
import { addFleetHealth } from "./health";
import { addPlan } from "./plan";
import { addFleetReport } from "./report";
import { addStart } from "./start";
import { addFleetStatus } from "./status";
import { addWork } from "./work";

const EXAMPLES = `
Examples:
  $ pgindex fleet plan                 which databases, in which waves, and what is wrong with them
  $ pgindex fleet start                record the rollout and queue its first wave
  $ pgindex fleet work --until-done    work on it; as many of these as you like, where you like
  $ pgindex fleet status

A fleet's file, fleet.yaml:
  name: tenants
  targets: { file: tenants.yaml }      or command: [...], query: SELECT ..., module: tenants.ts
  indexes:
    - { table: events, name: events_account_idx, columns: [account_id] }
  waves: [{ name: canary, labels: { ring: canary } }, { name: tenth, share: 10% }, { name: rest }]
  maxBuildsPerServer: 2

Everything else that it can say stands in docs/fleet.md.
`;

/** `pgindex fleet`: the same indexes in many databases. */
export function addFleet(program: Command, io: Io): void {
  const command = program
    .command("fleet")
    .description("the same indexes in many databases: in waves, bounded, from several workers")
    .addHelpText("after", EXAMPLES);
  for (const add of [
    addPlan,
    addStart,
    addWork,
    addFleetStatus,
    addChanges,
    addFleetReport,
    addFleetHealth,
  ])
    add(command, io);
}
