import type { Advice } from "../../engine/errors/advice";
import { FROM_DATABASE } from "../importMessages";

/** Messages about migrations that are programs. `place` is a position such as `file.ts:12`. */

export function missingTypescriptAdvice(file: string): Advice {
  return {
    what: `cannot read the program ${file}: TypeScript's parser is not installed`,
    why: "a migration that is a program is read by it, and never run",
    fix: 'run: npm install --save-dev "typescript@5"',
    otherwise: FROM_DATABASE,
  };
}

export function noUpFunctionAdvice(place: string): Advice {
  return {
    what: `the program at ${place} has no function up`,
    why: "TypeORM, Kysely, node-pg-migrate and Knex run that, and nothing else is read",
    fix: "pass the file that has it",
    otherwise: FROM_DATABASE,
  };
}

export function unreadParameterAdvice(place: string, parameter: string): Advice {
  return {
    what: `cannot tell what up is given in the program at ${place}: ${parameter}`,
    why: "its calls are found by the name of its first parameter",
    fix: "give the parameter a name: up(queryRunner), up(db), up(pgm), up(knex)",
    otherwise: FROM_DATABASE,
  };
}

/** `call`: as it stands there. */
export function unreadCallAdvice(place: string, call: string): Advice {
  return {
    what: `cannot tell what ${call} does at ${place}`,
    why: "it may make or drop an index, and only SQL that stands in the program as text is read",
    fix: "write it as SQL: queryRunner.query(`…`), sql`…`.execute(db), pgm.sql(`…`), knex.raw(`…`)",
    otherwise: FROM_DATABASE,
  };
}

export function conditionalCallAdvice(place: string, sql: string): Advice {
  return {
    what: `cannot tell whether ${sql} is run at ${place}`,
    why: "it stands in a condition, a loop or a function of its own: only a run of the program can tell",
    fix: "write it as a step of up itself",
    otherwise: FROM_DATABASE,
  };
}
