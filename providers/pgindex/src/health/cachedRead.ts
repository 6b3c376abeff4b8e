/** What is read no more often than allowed, however many ask at the same time. */
export class CachedRead<T> {
  private readonly read: () => Promise<T>;
  private readonly seconds: number;
  private latest: Promise<T> | undefined;
  private readAt = 0;

  /** `seconds`: what was read is current for so long. */
  constructor(seconds: number, read: () => Promise<T>) {
    this.seconds = seconds;
    this.read = read;
  }

  /** As of now, or of at most so many seconds ago, in which case it is the same object. */
  current(): Promise<T> {
    const age = performance.now() - this.readAt;
    if (this.latest && age < this.seconds * 1000) return this.latest;
    this.readAt = performance.now();
    this.latest = this.read();
    return this.latest;
  }

  /** Resolves once nothing is read any longer. */
  async idle(): Promise<void> {
    await this.latest;
  }
}
