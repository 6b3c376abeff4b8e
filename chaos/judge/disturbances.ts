/** The time that another tool has its hands on a name of ours, in epoch milliseconds. */
export interface Disturbance {
  readonly name: string;
  readonly from: number;
  /** Infinity until the tool has put things right. */
  to: number;
}

/** A look or a command may have begun before, and end after. */
const AFTERMATH_MS = 1_000;

/**
 * Which of our names another tool has its hands on: a command may then be refused, and the tool's
 * own index may stand there. Nothing else is excused.
 */
export class Disturbances {
  readonly #all: Disturbance[] = [];
  /** Names under which the tool has built an index like ours: the stack that adopts it keeps it. */
  readonly lookalikes = new Set<string>();

  /** Undefined if the tool is at the name already. */
  begin(name: string): Disturbance | undefined {
    if (this.#all.some((each) => each.name === name && each.to === Number.POSITIVE_INFINITY))
      return undefined;
    const disturbance = { name, from: Date.now(), to: Number.POSITIVE_INFINITY };
    this.#all.push(disturbance);
    return disturbance;
  }

  /** The names that were disturbed at some time of the period. */
  within(from: number, to: number): string[] {
    const during = this.#all.filter((each) => each.from <= to && each.to + AFTERMATH_MS >= from);
    return [...new Set(during.map(({ name }) => name))];
  }
}
