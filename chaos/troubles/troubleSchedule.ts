import { randomOf, shuffled, weighted } from "./seededRandom.ts";

/** The weight of each trouble: how often it comes within their sum. */
const TROUBLES = {
  terminate: 6,
  cancel: 5,
  "kill CLI": 2,
  "kill provider": 2,
  interrupt: 1,
  snapshot: 3,
  "open write": 3,
  "open read": 2,
  "ALTER TABLE, patient": 2,
  "ALTER TABLE, lock_timeout": 3,
  ANALYZE: 3,
  "CREATE INDEX, other tool": 2,
  "exchange of names, other tool": 2,
  "swap of names, other tool": 2,
  "redefinition, other tool": 1,
  "rebuild, other tool": 2,
  "DETACH PARTITION, other tool": 2,
  "ATTACH PARTITION, other tool": 2,
  "restart, fast": 1,
  "restart, immediate": 1,
} as const;

export type Trouble = keyof typeof TROUBLES;

export interface Event {
  /** Milliseconds from the start. */
  readonly at: number;
  readonly kind: Trouble;
  /** From 0 up to 1: which of the sessions, processes or tables that exist at that time. */
  readonly pick: number;
  /** How long a transaction is held open. */
  readonly holdMs: number;
}

/** The mean time between two troubles. */
const EVERY_MS = 1_900;

/**
 * The troubles of a run: the same for the same seed, and a shorter run is a prefix of a longer one.
 * About every 90 seconds, each kind has come as often as its weight.
 */
export function scheduleOf(seed: number, minutes: number): Event[] {
  const random = randomOf(seed);
  const events: Event[] = [];
  let kinds: Trouble[] = [];
  for (let at = 0; ; ) {
    at += Math.round(EVERY_MS * (0.2 + 1.6 * random()));
    if (at >= minutes * 60_000) return events;
    if (kinds.length === 0) kinds = shuffled(TROUBLES, random);
    const holdMs = Math.round(1_000 + 4_000 * random());
    events.push({ at, kind: kinds.pop() as Trouble, pick: random(), holdMs });
  }
}

/** What both stacks are brought to, one goal after another. */
export type Goal = "first" | "second" | "rebuilt" | "nothing";

const NEXT: Record<Goal, Partial<Record<Goal, number>>> = {
  nothing: { first: 1, second: 1 },
  first: { second: 4, nothing: 1 },
  second: { first: 2, rebuilt: 2, nothing: 2 },
  rebuilt: { first: 2, nothing: 1 },
};

/** The endless sequence of goals of a run: the first builds, the second replaces. */
export function* goalsOf(seed: number): Generator<Goal> {
  const random = randomOf(seed ^ 0x60a15);
  let goal: Goal = "first";
  for (;;) {
    yield goal;
    goal = weighted(NEXT[goal] as Record<Goal, number>, random());
  }
}
