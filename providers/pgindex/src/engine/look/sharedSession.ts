import type { Query } from "../session/query";
import type { Session } from "../session/session";
import type { SharedReads } from "../session/sharedReads";

/** One session for several pieces of work at a time, each of which has a {@link Session} of its own. */
export class SharedSession {
  /** Who has it alone, and until when. */
  private alone: { readonly who: symbol; readonly over: Promise<void> } | undefined;
  private readonly session: Session;
  private readonly reads: SharedReads;

  constructor(session: Session, reads: SharedReads) {
    this.session = session;
    this.reads = reads;
  }

  get isOpen(): boolean {
    return this.session.isOpen;
  }

  /** For one piece of work. */
  part(): Session {
    const { session, reads } = this;
    const who = Symbol("who asks");
    const isAlone = () => this.alone?.who === who;
    return {
      pid: session.pid,
      serverVersion: session.serverVersion,
      isPooled: session.isPooled,
      tableKeepers: session.tableKeepers,
      get isOpen() {
        return session.isOpen;
      },
      query: this.inTurn(who, session.query),
      queryAsLogin: this.inTurn(who, session.queryAsLogin),
      run: async (text) => {
        while (this.isOthers(who)) await this.alone?.over;
        await session.run(text);
      },
      alone: (work) => this.runAlone(who, work),
      // What others read must not wait for the end of a transaction, nor see what it has made.
      get shared() {
        return isAlone() ? undefined : reads;
      },
      onNotice: (listener) => session.onNotice(listener),
      close: async () => undefined,
      destroy: () => session.destroy(),
    };
  }

  close(): Promise<void> {
    return this.session.close();
  }

  private inTurn(who: symbol, query: Query): Query {
    return async (text, values) => {
      // Nothing may come between the last question and the statement, such as another's BEGIN.
      while (this.isOthers(who)) await this.alone?.over;
      return query(text, values);
    };
  }

  private isOthers(who: symbol): boolean {
    return this.alone !== undefined && this.alone.who !== who;
  }

  private async runAlone<T>(who: symbol, work: () => Promise<T>): Promise<T> {
    if (this.alone?.who === who) return work();
    while (this.isOthers(who)) await this.alone?.over;
    let end = () => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.alone = { who, over };
    try {
      return await work();
    } finally {
      this.alone = undefined;
      end();
    }
  }
}
