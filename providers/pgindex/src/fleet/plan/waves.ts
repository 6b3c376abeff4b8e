import { createHash } from "node:crypto";
import type { Wave } from "../declare/fleetSchema";
import { shareOf } from "../declare/share";
import type { Target } from "../declare/targetSchema";

/** The names of a wave's targets. */
export interface PlannedWave {
  readonly name: string;
  readonly targets: readonly string[];
}

/** What the waves make of the targets: those that no wave takes are left. */
export interface Assigned {
  readonly waves: readonly PlannedWave[];
  readonly left: readonly string[];
}

/**
 * Gives each target to the first wave that takes it. Shares are of all targets of the fleet that have
 * the wave's labels. Which ones it takes depends on nothing but their names, so that a plan shows
 * what a start does, and neighbours in a list do not go together. Pure.
 */
export function assignWaves(targets: readonly Target[], waves: readonly Wave[]): Assigned {
  let left = [...targets].sort((a, b) => rank(a.name) - rank(b.name));
  const planned = waves.map((wave) => {
    const has = (target: Target) => hasLabels(target, wave.labels ?? {});
    const most = mostOf(wave, targets.filter(has).length);
    const taken = new Set(left.filter(has).slice(0, most));
    left = left.filter((target) => !taken.has(target));
    return { name: wave.name, targets: [...taken].map(({ name }) => name) };
  });
  return { waves: planned, left: left.map(({ name }) => name) };
}

function mostOf({ share, count }: Wave, all: number): number {
  const part = share === undefined ? Number.POSITIVE_INFINITY : shareOf(all, share);
  return Math.min(part, count ?? Number.POSITIVE_INFINITY);
}

function hasLabels({ labels }: Target, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

function rank(name: string): number {
  return createHash("sha256").update(name).digest().readUIntBE(0, 6);
}
