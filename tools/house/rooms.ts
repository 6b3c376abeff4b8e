/**
 * The rooms of the engine, ground first, and what each holds: a file imports only its own room and
 * earlier ones. CONTRIBUTING.md has them from here, by `npm run docs`.
 */
export const ROOMS = {
  text: "words for people and for PostgreSQL: quoting, rendering, masking",
  errors: "advice, and what an SQLSTATE means",
  input:
    "reading what a program wrote: zod's issues as problems, durations, expressions, " +
    "unknown values",
  hazards: "every hazard by its code, what a policy makes of it, and a reviewer's facts, as data",
  declare: "the declared index and every statement that it yields",
  connection: "how a server is reached: URL, environment, service, TLS, password",
  slots: "connection slots: of this process (maxConnections), and those left on the server",
  session: "one session, every setting pinned; the workspace of two; what is said of a database",
  look: "one session, and one reading of the catalog, for everything that is asked at a time",
  sight: "what our role may see of other sessions, and what it observes instead",
  reach:
    "what a text or a table can call of the database's own, and with whose rights; " +
    "parsing that runs nothing",
  catalog:
    "what the server says is there: indexes, tables, partitions, privileges, other sessions; " +
    "no decision",
  scans: "our own scans, told apart from traffic",
  application: "the application's role: its settings, what names mean to it, what rows it sees",
  compare: "the declaration against what is there: clone, respelling, differences, identity",
  operation: "one operation's context, patience, turn, key, waits and retries",
  situation: "everything that a decision rests on, and what is refused before one",
  watch: "one statement, run in sight: progress, blockers, waiters, cancel",
  alteration: "short statements in one transaction, under their lock, and who waits behind it",
  explain: "EXPLAIN's answer: who reads the table, and what is kept of a plan",
  measure: "one measuring of the served queries",
  twin: "an empty copy of the tables on a PostgreSQL of ours, which plans the served queries",
  advise: "which indexes a workload would gain by, and which ones nobody needs",
  plan: "what to do, as data; pure",
  foresight: "what a plan will meet, and what a later look may do: rejected rows, waits, surprises",
  verify: "the proof: usage, history, expectations",
  promote: "the gate",
  build: "create, update, preview, and the clean-up after a failure",
  drop: "destroy",
  record: "what Pulumi keeps, and whether it still holds",
} as const satisfies Readonly<Record<string, string>>;

const ORDER: readonly string[] = Object.keys(ROOMS);

/** Where the room stands, 0 for the ground; -1 for a folder that is none. */
export function floorOf(room: string): number {
  return ORDER.indexOf(room);
}

/** As Markdown. */
export function renderRooms(): string {
  const lines = Object.entries(ROOMS).map(([name, holds], i) => `${i + 1}. \`${name}/\`: ${holds}`);
  return lines.join("\n");
}
