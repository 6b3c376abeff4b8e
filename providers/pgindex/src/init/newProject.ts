import { PgIndexError } from "../engine/errors/advice";
import { type IndexDeclaration, labelOf } from "../import/declaration";
import { readSql } from "../import/indexesFromSql";
import { renderTypeScript } from "../import/typescriptSource";

/** The answers that a new project is made of. */
export interface Answers {
  /** Of the Pulumi project. */
  readonly name: string;
  /** As in `CREATE INDEX ON`: `messages`, `app.messages`, `"Messages"`. */
  readonly table: string;
  /** As in its parentheses: `conversation_id, created_at DESC`, `lower(email)`. */
  readonly columns: string;
}

/** What Pulumi allows as a project's name. */
export const PROJECT_NAME = /^[A-Za-z0-9._-]{1,100}$/;

/**
 * The index that `CREATE INDEX ON table (columns)` makes, under the name that PostgreSQL gives it.
 * Undefined if that is no statement, or more than one.
 */
export function firstIndex({
  table,
  columns,
}: Omit<Answers, "name">): IndexDeclaration | undefined {
  try {
    const { found, others } = readSql({ sql: `CREATE INDEX ON ${table} (${columns})` });
    return found.length === 1 && others.length === 0 ? found[0] : undefined;
  } catch (error) {
    if (error instanceof PgIndexError) return undefined;
    throw error;
  }
}

/** What `init` writes and never overwrites. */
export const PROJECT_FILES = ["Pulumi.yaml", "package.json", "tsconfig.json", "index.ts"] as const;

/**
 * The files of a new project, by path. `version`: of this package. `index`: what its program
 * declares.
 */
export function projectFiles(
  name: string,
  index: IndexDeclaration,
  version: string,
): Readonly<Record<(typeof PROJECT_FILES)[number] | ".gitignore", string>> {
  const program = renderTypeScript([index], "resources", [
    `${labelOf(index)}: pulumi preview shows its statement, pulumi up builds it CONCURRENTLY.`,
  ]);
  return {
    "Pulumi.yaml": `name: ${name}\nruntime: nodejs\ndescription: PostgreSQL indexes\n`,
    "package.json": json({
      name,
      private: true,
      dependencies: { "@pulumi/pulumi": "^3.200.0", "pulumi-pgindex": `^${version}` },
      devDependencies: { "@types/node": "^24", typescript: "~5.9" },
    }),
    "tsconfig.json": json({
      compilerOptions: {
        target: "es2023",
        module: "node16",
        moduleResolution: "node16",
        strict: true,
      },
      files: ["index.ts"],
    }),
    "index.ts": program,
    ".gitignore": "node_modules/\n.pulumi/\n",
  };
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
