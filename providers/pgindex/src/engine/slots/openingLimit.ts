/** Even on an empty server, so that a slow one is not asked by everybody at once. */
const WIDEST = 8;

/** Of the connections that were left at the last look, one in so many may be opened at once. */
const LEFT_PER_OPENING = 8;

/**
 * Lets sessions be opened a few at a time. Only an open session can look how many connections are
 * left, so on a nearly full server they go one by one.
 */
export class OpeningLimit {
  private width = 1;
  private inside = 0;
  private readonly queue: (() => void)[] = [];

  /**
   * Runs `open`, which reports how many connections it has found left. The next one may be opened
   * once `settled` resolves: until then others on the server do not see what is still to be opened.
   */
  async through<T>(open: () => Promise<T>, settled = async () => {}): Promise<T> {
    if (this.inside >= this.width) await new Promise<void>((enter) => this.queue.push(enter));
    else this.inside += 1;
    try {
      const opened = await open();
      void settled().then(() => this.leave());
      return opened;
    } catch (error) {
      this.leave();
      throw error;
    }
  }

  found(left: number): void {
    const width = Math.floor(left / LEFT_PER_OPENING);
    this.width = Math.min(WIDEST, Math.max(1, width));
  }

  /** A server that does not answer cannot be driven to its limit. */
  isUnreachable(): void {
    this.width = WIDEST;
  }

  private leave(): void {
    this.inside -= 1;
    this.admit();
  }

  private admit(): void {
    while (this.inside < this.width) {
      const enter = this.queue.shift();
      if (!enter) return;
      this.inside += 1;
      enter();
    }
  }
}
