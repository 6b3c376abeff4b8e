import { type Advice, firstLine } from "../../engine/errors/advice";

/** Every message about the control database and the queue in it. */

export function noControlAdvice(variable: string): Advice {
  return {
    what: `the environment variable ${variable} is not set`,
    why: "it was named as the one that has the URL of the control database",
    fix: `set ${variable} to the URL of one, which can be empty: two schemas are made in it`,
    otherwise: "leave --queue-url-env out, for a PostgreSQL of this machine's own",
  };
}

export function awayAdvice(error: unknown): Advice {
  return {
    what: `the control database cannot be used: ${firstLine(error)}`,
    why: "the queue and the records of the fleet are there, so that nothing can begin without it",
    fix: "start it, and see that its role may create schemas there; then run this again",
  };
}

export function newerTablesAdvice(version: number, ours: number): Advice {
  return {
    what: `the fleet's tables are of layout ${version}, and this release knows ${ours}`,
    why: "a newer release of pulumi-pgindex has made them, and may decide otherwise",
    fix: "use that release here too",
  };
}

export function newerQueueAdvice(layout: number, ours: number): Advice {
  return {
    what: `the queue's tables are of pg-boss' layout ${layout}, and the one here knows ${ours}`,
    why: "a newer pg-boss has made them, and an older one may lose its jobs",
    fix: "npm install pg-boss@12 here too: the same version wherever the fleet is worked on",
  };
}

export function missingQueueAdvice(): Advice {
  return {
    what: "pg-boss is not installed",
    why: "it is the queue of a fleet, which a single database does not need",
    fix: "npm install pg-boss@12",
  };
}

export function otherQueueVersionAdvice(error: unknown): Advice {
  return {
    what: `the queue cannot be opened: ${firstLine(error)}`,
    why: "its tables may be of another version of pg-boss, or its server may be away",
    fix: "install the same version of pg-boss wherever the fleet is worked on, and see that its server answers",
  };
}
