import type { Advice } from "../../engine/errors/advice";

export const ENGINE = "@prisma/schema-engine-wasm";

const MIGRATIONS = "pass its migrations: pgindex import --sql prisma/migrations/*/migration.sql";

export function missingEngineAdvice(file: string): Advice {
  return {
    what: `cannot read the Prisma schema ${file}: the package ${ENGINE} is missing`,
    why: "Prisma's own engine makes SQL of a schema, without a database, and that is what is read",
    fix: `npm install --save-dev ${ENGINE}`,
    otherwise: MIGRATIONS,
  };
}

/** `version`: of the engine that the project's own prisma has, if there is one. */
export function refusedSchemaAdvice(
  file: string,
  message: string,
  version: string | undefined,
): Advice {
  const own = version && `npm install --save-dev ${ENGINE}@${version}`;
  return {
    what: `Prisma's engine refuses the schema ${file}: ${message}`,
    why: "only what it makes SQL of is certain to be what the database has",
    fix: own
      ? `correct the schema; if prisma validate accepts it, take the engine of your prisma: ${own}`
      : "correct the schema, or install the engine of the version of Prisma that it is for",
    otherwise: MIGRATIONS,
  };
}

export function otherSystemAdvice(file: string, provider: string): Advice {
  return {
    what: `the Prisma schema ${file} is for ${provider}`,
    why: "its indexes are not PostgreSQL's",
    fix: 'pass a schema with provider = "postgresql"',
  };
}
