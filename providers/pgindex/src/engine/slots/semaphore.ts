/** Who waits for permits. */
interface Waiting {
  readonly wanted: number;
  readonly weight: number;
  readonly enter: () => void;
}

/** Permits, handed out in the order in which they were asked for, but to the heaviest first. */
export class Semaphore {
  readonly total: number;
  private free: number;
  private readonly queue: Waiting[] = [];

  constructor(total: number) {
    this.total = total;
    this.free = total;
  }

  /** How many are handed out. */
  get taken(): number {
    return this.total - this.free;
  }

  /** Whether whoever asks now has to wait. */
  areTaken(wanted: number): boolean {
    return this.queue.length > 0 || this.free < Math.min(wanted, this.total);
  }

  /**
   * Takes all permits at once: work that held one while it waited for another could wait forever.
   * Returns the function that gives them back.
   */
  async take(wanted: number, signal?: AbortSignal, weight = 0): Promise<() => void> {
    const taken = Math.min(wanted, this.total);
    await this.turn(taken, signal, weight);
    let isReturned = false;
    return () => {
      if (isReturned) return;
      isReturned = true;
      this.free += taken;
      this.admit();
    };
  }

  private turn(wanted: number, signal: AbortSignal | undefined, weight: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.queue.splice(this.queue.indexOf(entry), 1);
        this.admit();
        reject(signal?.reason);
      };
      const enter = () => {
        signal?.removeEventListener("abort", leave);
        resolve();
      };
      const entry = { wanted, weight, enter };
      const lighter = this.queue.findIndex((other) => other.weight < weight);
      this.queue.splice(lighter < 0 ? this.queue.length : lighter, 0, entry);
      if (signal?.aborted) return leave();
      signal?.addEventListener("abort", leave, { once: true });
      this.admit();
    });
  }

  private admit(): void {
    for (let next = this.queue[0]; next && next.wanted <= this.free; next = this.queue[0]) {
      this.queue.shift();
      this.free -= next.wanted;
      next.enter();
    }
  }
}
