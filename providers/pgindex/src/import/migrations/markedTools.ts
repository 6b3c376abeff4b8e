/** A tool whose migrations have marks: lines of comment that begin its sections. */
export interface MarkedTool {
  readonly name: string;
  /** Every line that is a mark of it, misspelt ones too: what is none of those below is refused. */
  readonly mark: RegExp;
  /** Begins what the tool's `up` runs; without it, that begins with the file. */
  readonly up?: RegExp;
  /** Begins what undoes it. */
  readonly down: RegExp;
  /** Marks that begin no section. */
  readonly other?: RegExp;
  /** Up may come after Down, and both may come again. */
  readonly anyOrder?: true;
  /** The files run in the order of the numbers that their names begin with: 2 before 10. */
  readonly byNumber?: true;
  /** A line of the up part as the tool sends it. */
  readonly sent?: (line: string) => string;
}

/**
 * How the sections of migration tools are recognised, as their own parsers do it: line by line,
 * whatever SQL is around it.
 *
 * | tool | up | down |
 * | --- | --- | --- |
 * | goose | `-- +goose Up`, in any case | `-- +goose Down` |
 * | dbmate | `-- migrate:up`, in lower case, with options | `-- migrate:down` |
 * | sql-migrate | `-- +migrate Up`, with options | `-- +migrate Down` |
 * | micrate | `-- +micrate Up` | `-- +micrate Down` |
 * | rambler | `-- rambler up` | `-- rambler down` |
 * | node-pg-migrate | `-- Up Migration`, in any case | `-- Down Migration` |
 * | Play | `# --- !Ups`, `-- !Ups` | `# --- !Downs` |
 * | tern | the beginning | `---- create above / drop below ----` |
 * | MyBatis | the beginning | `-- //@UNDO` |
 * | Sqitch | `-- Deploy change to pg` | `-- Revert change from pg`, `-- Verify change on pg` |
 */
export const MARKED_TOOLS: readonly MarkedTool[] = [
  {
    name: "goose",
    byNumber: true,
    mark: /^\s*--.*\+goose\b/i,
    up: /^--\s*\+goose\s+up\s*$/i,
    down: /^--\s*\+goose\s+down\s*$/i,
    other: /^--\s*\+goose\s+(statementbegin|statementend|no transaction|envsub(st)? (on|off))\s*$/i,
  },
  {
    name: "dbmate",
    mark: /^\s*--\s*migrate:/i,
    up: /^--\s*migrate:up(\s.*)?$/,
    down: /^--\s*migrate:down(\s.*)?$/,
  },
  {
    name: "sql-migrate",
    byNumber: true,
    mark: /^\s*--\s*\+migrate\b/i,
    up: /^-- \+migrate\s+Up(\s.*)?$/,
    down: /^-- \+migrate\s+Down(\s.*)?$/,
    other: /^-- \+migrate\s+Statement(Begin|End)(\s.*)?$/,
    anyOrder: true,
  },
  {
    name: "micrate",
    byNumber: true,
    mark: /^\s*--\s*\+micrate\b/i,
    up: /^-- \+micrate\s+Up\s*$/,
    down: /^-- \+micrate\s+Down\s*$/,
    other: /^-- \+micrate\s+Statement(Begin|End)\s*$/,
    anyOrder: true,
  },
  {
    name: "rambler",
    mark: /^\s*--\s*rambler\s+(up|down)\b/i,
    up: /^--\s*rambler\s+up\s*$/,
    down: /^--\s*rambler\s+down\s*$/,
    anyOrder: true,
  },
  {
    name: "node-pg-migrate",
    byNumber: true,
    mark: /^\s*--[\s-]*(up|down)\s+migration/i,
    up: /^\s*--[\s-]*up\s+migration/i,
    down: /^\s*--[\s-]*down\s+migration/i,
    anyOrder: true,
  },
  {
    name: "Play",
    byNumber: true,
    mark: /^\s*(#|--).*!\s*(ups|downs)\b/i,
    up: /^\s*(#|--).*!Ups\b/,
    down: /^\s*(#|--).*!Downs\b/,
    // Play splits at a semicolon, and makes one of two. Its comments may begin with #.
    sent: (line) => (/^\s*#/.test(line) ? "" : line.replaceAll(";;", "; ")),
  },
  {
    name: "tern",
    byNumber: true,
    mark: /^\s*--+\s*create above\b/i,
    down: /^---- create above \/ drop below ----\s*$/,
  },
  {
    name: "MyBatis",
    byNumber: true,
    mark: /^\s*--\s*\/\/\s*@/,
    down: /^\s*--\s*\/\/\s*@UNDO\b/i,
  },
  {
    name: "Sqitch",
    mark: /^\s*--\s*(deploy|revert|verify)\s+\S+\s+(to|from|on)\s+pg\b/i,
    up: /^\s*--\s*deploy\b/i,
    down: /^\s*--\s*(revert|verify)\b/i,
  },
];

/** Whose marks a text has. */
export function toolOf(sql: string): MarkedTool | undefined {
  const lines = sql.split("\n");
  return MARKED_TOOLS.find(({ mark }) => lines.some((line) => mark.test(line)));
}
