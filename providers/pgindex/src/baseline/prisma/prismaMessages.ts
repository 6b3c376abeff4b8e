import { type Advice, errorText } from "../../engine/errors/advice";

/** `there`: what the folder has instead. */
export function noPrismaMigrationAdvice(
  folder: string,
  migration: string,
  error: unknown,
  there: string,
): Advice {
  return {
    what: `there is no migration ${migration} in ${folder}`,
    why: `${errorText(error)}; ${there}`,
    fix: "name the folder with migration_lock.toml, and the migration's own folder inside it",
  };
}
