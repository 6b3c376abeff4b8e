import type { Advice } from "../engine/errors/advice";

/** Every message of `pgindex init`. */

export function projectNameAdvice(name: string): Advice {
  return {
    what: `${JSON.stringify(name)} cannot be the name of a Pulumi project`,
    why: "it takes letters, digits, dots, hyphens and underscores, up to 100",
    fix: "give another one: --name my-indexes",
  };
}

export function noAnswersAdvice(missing: readonly string[]): Advice {
  return {
    what: `${missing.join(" and ")} must be given`,
    why: "this is no terminal, so nobody can be asked",
    fix: 'pgindex init my-indexes --table messages --columns "conversation_id, created_at DESC"',
  };
}

export function noSingleIndexAdvice(table: string, columns: string): Advice {
  return {
    what: `CREATE INDEX ON ${table} (${columns}) is not one index`,
    why: "the answers are put into that statement, and it is read, not run",
    fix: "give one table, and columns as in CREATE INDEX: conversation_id, created_at DESC",
  };
}

export function filesThereAdvice(folder: string, files: readonly string[]): Advice {
  return {
    what: `${folder} already has ${files.join(", ")}`,
    why: "nothing was written: init makes a new project",
    fix: "name another folder: pgindex init my-indexes",
    otherwise:
      "in a project that you have: npm install pulumi-pgindex, and declare indexes in its program",
  };
}
