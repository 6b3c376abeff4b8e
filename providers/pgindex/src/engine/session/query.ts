/** One statement, and its rows. */
export type Query = <Row>(text: string, values?: readonly unknown[]) => Promise<Row[]>;

/**
 * The row of a query that always answers one: it asks for a function's value, or for the sum of
 * something.
 */
export function onlyRow<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (!row) throw new Error("the server returned no row where there is always one");
  return row;
}
