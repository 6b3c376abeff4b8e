import type { Fault } from "../fault.ts";

/** What needs a server of its own, or another program beside it: test/faults/harsh. */
export const HARSH: readonly Fault[] = [
  {
    number: 30,
    fault:
      "the network swallows a connection without a word in the middle of a build (NAT, " +
      "load balancer)",
    answer:
      "notices within 15 s, looks through a new connection, lets the server finish, ends the " +
      "forgotten session and keeps what was built",
    mark: "handled",
    tests: [
      "test/faults/harsh/blackHole.test.ts: $title: what the server has built is found and kept",
      "test/faults/harsh/blackHole.test.ts: the network swallows a drop: the index is gone, " +
        "and that is noticed",
    ],
  },
  {
    number: 37,
    fault: "the server or a backend is killed (SIGKILL, out of memory) in a build or a drop",
    answer:
      "takes the outcome as unknown, connects again once the server has recovered, drops the " +
      "leftover and builds anew",
    mark: "handled",
    tests: [
      "test/faults/harsh/killed.test.ts: SIGKILL of $what while $phase: the build ends valid",
      "test/faults/harsh/killed.test.ts: SIGKILL of the server in the middle of a drop: the " +
        "drop is finished",
    ],
  },
  {
    number: 38,
    fault: "the tablespace of the index is full (53100)",
    answer:
      "drops the leftover at once, which frees its space, and says how much is needed; the " +
      "preview says it too",
    mark: "limit",
    words: ["its INVALID leftover was dropped"],
    tests: [
      "test/faults/harsh/diskFull.test.ts: the leftover goes, its room is free, and the message says what is needed",
    ],
  },
  {
    number: 39,
    fault: "temporary files are full, or reach temp_file_limit (53400)",
    answer: "the same, and names the setting",
    mark: "limit",
    words: ["SQLSTATE 53400; its INVALID leftover was dropped"],
    tests: [
      "test/faults/harsh/diskFull.test.ts: for temporary files: the leftover goes, the " +
        "message names temp_file_limit",
    ],
  },
  {
    number: 40,
    fault:
      "the disk of the WAL is full, for a replication slot that nobody reads: PANIC, the " +
      "whole server stops",
    answer:
      "warns of such slots in the preview and before the build; afterwards goes on as after " +
      "any crash, or, when it was the build that had no room, ends and says what to free: " +
      "the next run builds",
    mark: "handled",
    tests: [
      "test/faults/harsh/diskFull.test.ts: for WAL, which a slot that nobody reads keeps: " +
        "preview and build warn of it",
      "test/faults/harsh/diskFull.test.ts: may stop the server (PANIC): the build ends valid " +
        "once there is room",
    ],
  },
  {
    number: 58,
    fault: "the server is a replica, or takes no writes (25006)",
    answer:
      "refuses every change, in the preview already; refreshes and measures there, and works " +
      "once it is promoted",
    mark: "refused",
    words: ["this server takes no writes"],
    tests: [
      "test/faults/harsh/standby.test.ts: refuses every change, in the preview already, and " +
        "asks for the primary",
      "test/faults/harsh/standby.test.ts: is measured: a Verification only reads",
      "test/faults/harsh/standby.test.ts: follows a build of the primary; once promoted it " +
        "is as good as that",
    ],
  },
  {
    number: 59,
    fault:
      "on a replica, or for a role that only reads, no temporary table can be made to " +
      "compare the declaration by",
    answer: "a refresh compares with the form that was recorded after the build, which only reads",
    mark: "handled",
    tests: [
      "test/faults/harsh/standby.test.ts: is refreshed by what the state recorded, with no " +
        "try on a temporary table",
    ],
  },
  {
    number: 60,
    fault:
      "PgBouncer in transaction mode: settings leak to other clients, and a lock that two " +
      "clients take excludes neither",
    answer:
      "knows it by the process id, refuses, asks for the direct URL; in session mode " +
      "allowPooler makes it work",
    mark: "refused",
    words: ["refused: a pooler answers in the server's place"],
    tests: [
      "test/faults/harsh/pgbouncer.test.ts: in transaction mode: refused in preview already, asking for the direct URL",
      "test/faults/harsh/pgbouncer.test.ts: in session mode with allowPooler: waits, watches, builds and drops as usual",
    ],
  },
  {
    number: 61,
    fault: "PostgreSQL 14.0 to 14.3, whose concurrent builds leave rows out without a word",
    answer:
      "builds nothing there, names the release that mends it; refreshes and drops; " +
      "allowCorruptingServer builds all the same and says how to check",
    mark: "refused",
    words: ["allowCorruptingServer: true on the Connection"],
    tests: [
      "test/faults/harsh/oldServers.test.ts: builds nothing, in the preview already, and " +
        "names the release that mends it",
      "test/faults/harsh/oldServers.test.ts: allowCorruptingServer builds, and the check it advises finds missing rows",
    ],
  },
];
