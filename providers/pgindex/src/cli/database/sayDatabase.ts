import type { SessionTarget } from "../../engine/session/database";
import { databaseLine, readDatabaseIdentity } from "../../engine/session/databaseIdentity";
import type { Session } from "../../engine/session/session";
import { newerServerLine } from "../../engine/session/sessionMessages";
import { withObserver } from "../../engine/session/workspace";
import { type Io, redact } from "../commandIo";

/** What a command reads from the database, after it has said on standard error which that is. */
export function lookAt<T>(
  database: SessionTarget,
  purpose: string,
  io: Io,
  work: (observer: Session) => Promise<T>,
): Promise<T> {
  return withObserver(database, { purpose, writable: false }, async (observer) => {
    await sayDatabase(observer, io);
    return work(observer);
  });
}

/** Standard output is for whoever reads JSON or a program from it. */
export async function sayDatabase(observer: Session, io: Io): Promise<void> {
  const identity = await readDatabaseIdentity(observer);
  const { serverVersion } = observer;
  for (const line of [databaseLine(identity, serverVersion), newerServerLine(serverVersion)])
    if (line) io.stderr(redact(`${line}\n`));
}
