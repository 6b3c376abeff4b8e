import type { IndexDefinition, IndexKey } from "../../declare/desiredIndex";
import { ident, qualified } from "../../text/sql";
import type { Cause } from "./cause";

/** Every text about what pgvector takes. */

/** A key whose type is one of pgvector's. */
export interface VectorKey {
  readonly key: IndexKey;
  /** As PostgreSQL prints its type, with the dimensions. */
  readonly declared: string;
  /** Of the type, with its point; empty where the search_path leads there. */
  readonly schema: string;
  readonly type: string;
  readonly dimensions: number;
}

const ALSO = ", and ORDER BY that expression in the queries that it serves";

/** `most`: dimensions by type. */
export function tooManyDimensionsCause(
  vector: VectorKey,
  most: Readonly<Record<string, number>>,
): Cause {
  const { key, schema, type, dimensions } = vector;
  const because = becauseOf(vector);
  const fitsAs = (other: string) => dimensions <= (most[other] ?? 0);
  if (type === "bit" || !fitsAs("bit"))
    return { because, fix: "index fewer dimensions, such as a part of the value" };
  const bits = `${schema}binary_quantize(${textOf(key)})::bit(${dimensions})`;
  const binary = `${written(bits, "bit_hamming_ops")}, one bit a dimension${ALSO}`;
  if (!fitsAs("halfvec")) return { because, fix: binary };
  const half = `${textOf(key)}::${schema}halfvec(${dimensions})`;
  const operatorClass = classOf(key, type).replace(/^vector_/, "halfvec_");
  return { because, fix: `${written(half, operatorClass)}${ALSO}`, otherwise: binary };
}

/** Each row could have other dimensions. */
export function noDimensionsCause(vector: VectorKey, { schema, table }: IndexDefinition): Cause {
  const { key, type } = vector;
  const sized = `${vector.schema}${type}(768)`;
  const expression = written(`${textOf(key)}::${sized}`, classOf(key, type));
  const because = `${becauseOf(vector)}, without the number of its dimensions`;
  const fix = `${expression}, with the dimensions of your model${ALSO}`;
  if (key.column === undefined) return { because, fix };
  const column = `ALTER TABLE ${qualified(schema, table)} ALTER COLUMN ${ident(key.column)}`;
  return {
    because,
    fix,
    otherwise: `${column} TYPE ${sized}; which rewrites the table under ACCESS EXCLUSIVE`,
  };
}

export function smallGraphCause(m: number): Cause {
  return { fix: `write storageParameters: { m: ${m}, ef_construction: ${2 * m} }, or more` };
}

function becauseOf({ key, declared }: VectorKey): string {
  return `${key.column ?? key.expression} is of type ${declared}`;
}

function textOf({ column, expression }: IndexKey): string {
  if (column === undefined) return `(${expression})`;
  return /^[a-z_][a-z0-9_]*$/.test(column) ? column : ident(column);
}

function classOf({ operatorClass }: IndexKey, type: string): string {
  return operatorClass?.name ?? `${type}_l2_ops`;
}

function written(expression: string, operatorClass: string): string {
  const values = { expression, operatorClass };
  const parts = Object.entries(values).map(([name, it]) => `${name}: ${JSON.stringify(it)}`);
  return `write { ${parts.join(", ")} }`;
}
