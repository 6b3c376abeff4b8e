import type { Advice } from "../../engine/errors/advice";

/** Messages about the files of migration tools. `place` is a position such as `file.sql:12`. */

const ONLY_UP = "pass the part that makes things, alone: indexesFromSql({ sql: `…` })";

export function misspeltMarkAdvice(place: string, tool: string, line: string): Advice {
  return {
    what: `cannot tell what ${JSON.stringify(line.trim())} at ${place} begins`,
    why: `it looks like a mark of ${tool}, and ${tool} knows none that is written like this`,
    fix: `write it as ${tool} has it, from the beginning of the line`,
    otherwise: ONLY_UP,
  };
}

export function twoToolsAdvice(place: string, [first, second]: readonly [string, string]): Advice {
  return {
    what: `the file has marks of ${first} and, at ${place}, of ${second}`,
    why: "nobody can tell which of the two runs it, and so what is Up and what is Down",
    fix: "leave the marks of one of them",
    otherwise: ONLY_UP,
  };
}

export function noUpMarkAdvice(place: string, tool: string): Advice {
  return {
    what: `no Up part comes before the mark of ${tool} at ${place}`,
    why: `${tool} runs nothing above its Up mark, or refuses the file`,
    fix: "put the Up mark above what the migration makes",
    otherwise: ONLY_UP,
  };
}

export function aboveUpAdvice(place: string, tool: string): Advice {
  return {
    what: `the statement at ${place} is above the first mark of ${tool}`,
    why: `${tool} does not run it`,
    fix: "move it below the Up mark, or remove it",
    otherwise: ONLY_UP,
  };
}

export function repeatedMarkAdvice(place: string, tool: string): Advice {
  return {
    what: `the mark of ${tool} at ${place} comes a second time`,
    why: `${tool} wants one Up part and one Down part in a file`,
    fix: "make two files of it",
    otherwise: ONLY_UP,
  };
}

export function soundsLikeDownAdvice(place: string, line: number, heading: string): Advice {
  return {
    what: `the statement at ${place} may be part of a Down part: line ${line} is ${heading}`,
    why:
      "it changes which indexes are declared, and no tool that pgindex knows marks a Down part " +
      "like this; an index that only its Down part drops would be dropped from the database",
    fix: "move what undoes the migration to a file of its own, and do not pass that",
    otherwise: `if it is no Down part, word the comment differently; or ${ONLY_UP}`,
  };
}

/** `madeAt`: where the same file creates it. */
export function madeAndDroppedAdvice(place: string, label: string, madeAt: string): Advice {
  return {
    what: `the index ${label}, created at ${madeAt}, is dropped again at ${place}`,
    why:
      "nothing but drops comes after that, so it looks like the Down part of a migration without " +
      "marks; were it read as a step, the index would not be declared, and dropped where it stands",
    fix: "remove from the file what undoes it",
    otherwise: "if the file means to leave no index, remove both statements",
  };
}

export function includedFileAdvice(place: string, file: string): Advice {
  return {
    what: `the file ${file}, included at ${place}, is not read`,
    why: "the tool puts it there when it runs, and it may make or drop indexes",
    fix: "pass the committed migration, which has the text",
    otherwise: "put the text where the include is",
  };
}

export function strayChangesetAdvice(place: string, line: string): Advice {
  return {
    what: `cannot read the changeset ${JSON.stringify(line)} at ${place}`,
    why: "Liquibase wants two hyphens, an author, a colon and an id",
    fix: "write --changeset author:id",
  };
}

export function outsideChangesetAdvice(place: string): Advice {
  return {
    what: `the statement at ${place} is outside of any changeset`,
    why: "Liquibase does not run it",
    fix: "put --changeset author:id above it, or remove it",
    otherwise: ONLY_UP,
  };
}

export function conditionalChangesetAdvice(place: string, line: number, reason: string): Advice {
  return {
    what: `cannot tell whether the statement at ${place} is run: its changeset has ${reason}`,
    why: `the changeset of line ${line} depends on how Liquibase is called and on the database`,
    fix: "pass only the changesets that are run: indexesFromSql({ sql: `…` })",
    otherwise: "read a database that has them: pgindex import",
  };
}

export function onlyDownFilesAdvice(file: string, tool: string): Advice {
  return {
    what: `there is nothing to read: ${file} is a Down part`,
    why: `by its name it undoes a migration (${tool})`,
    fix: "pass the file that makes things",
    otherwise: "if it is no Down part, rename it",
  };
}

export function lonelyDownAdvice(files: readonly string[]): Advice {
  return {
    what: `what ${files.join(", ")} undoes is not among the files: there is no .up.sql of the name`,
    why: "an index of the missing half would not be declared, and dropped where it stands",
    fix: "pass the other half too",
    otherwise: "if there is none any more, leave out the half that undoes it",
  };
}

export function sameVersionAdvice(files: readonly string[]): Advice {
  return {
    what: `${files.join(" and ")} have the same version`,
    why: "the tool refuses that, since nobody can tell which of them runs first",
    fix: "number one of them anew",
    otherwise: ONLY_UP,
  };
}

export function notFlywaysAdvice(files: readonly string[]): Advice {
  return {
    what: `${files.join(", ")} stands among Flyway's migrations, and by its name is none`,
    why: "Flyway passes over such a file, or runs it around every migration (a callback)",
    fix: "pass the V, B and R files only",
    otherwise: "if it is a migration, name it V<version>__<description>.sql",
  };
}
