import type { Fault } from "../fault.ts";

const TIMEOUTS =
  "test/database/timeouts.test.ts: timeouts that the administrator has set end no " +
  "build and no drop";
const INTERRUPTED = "test/database/interruptions.test.ts: by %s while %s";

/** What ends a statement of pgindex before its time. */
export const INTERRUPTIONS: readonly Fault[] = [
  {
    number: 6,
    fault:
      "a lock_timeout that the role or the database carries; it counts for each wait of a build",
    answer: "sets it to 0 for its own sessions, and checks that it is",
    mark: "handled",
    tests: [TIMEOUTS],
  },
  {
    number: 7,
    fault: "a statement_timeout that the role or the database carries",
    answer: "the same",
    mark: "handled",
    tests: [TIMEOUTS],
  },
  {
    number: 8,
    fault: "a transaction_timeout (PostgreSQL 17), which ends the connection too",
    answer: "the same",
    mark: "handled",
    tests: [TIMEOUTS],
  },
  {
    number: 9,
    fault:
      "idle_in_transaction_session_timeout and idle_session_timeout, which could end the " +
      "session that keeps the table's key",
    answer: "the same",
    mark: "handled",
    tests: [TIMEOUTS],
  },
  {
    number: 10,
    fault: "`57014` says of a timeout and of a cancel the same",
    answer:
      "knows of a cancel by its own signal; any other interruption is looked into and tried again",
    mark: "handled",
    tests: [
      "test/database/cancel.test.ts: while it waits for old snapshots: it ends at once and " +
        "leaves nothing",
      INTERRUPTED,
    ],
  },
  {
    number: 26,
    fault: "a concurrent build in one string with SET, in a transaction, in a function (`25001`)",
    answer: "sends every statement by itself, settings before it",
    mark: "handled",
    tests: [
      "test/database/sessions.test.ts: an index is the same whatever the session's settings are",
    ],
  },
  {
    number: 27,
    fault: "pg_cancel_backend, of the user's own cancel or by somebody else",
    answer:
      "of its own: awaits the end of the build and drops what it left; by somebody else: " +
      "looks again, drops the leftover, builds again",
    mark: "handled",
    tests: [
      "test/database/cancel.test.ts: while it waits for a writer: the build ends now, the clean-up after the writer",
      INTERRUPTED,
    ],
  },
  {
    number: 28,
    fault: "pg_terminate_backend, or an orderly stop of the server (`57P01`)",
    answer: "connects again, looks again, drops the leftover, builds again",
    mark: "handled",
    tests: [
      INTERRUPTED,
      "test/database/drop.test.ts: a drop whose session somebody else ends is finished",
    ],
  },
];
