/** A node of EXPLAIN (FORMAT JSON), as far as it is compared. */
export interface Node {
  readonly "Node Type": string;
  readonly "Index Name"?: string;
  readonly "Relation Name"?: string;
  readonly "Total Cost"?: number;
  readonly Plans?: readonly Node[];
}

/** What a plan consists of, from the root down. */
export function shapeOf(node: Node): string {
  const name = [node["Node Type"], node["Relation Name"], node["Index Name"]];
  return [name.filter(Boolean).join(" "), ...(node.Plans ?? []).map(shapeOf)].join(" < ");
}

/** A foretold plan against the real one. */
export interface Outcome {
  readonly kind: string;
  readonly index: string;
  readonly sql: string;
  readonly isShapeRight: boolean;
  /** Foretold cost, divided by the real one. */
  readonly cost: number;
  /** Against the plan after another ANALYZE, which draws other rows. */
  readonly isShapeRightLater: boolean;
  readonly costLater: number;
  readonly foretold: string;
  readonly real: string;
  /** What HypoPG foretold, where the server has it and it knows the kind of index. */
  readonly hypopg?: { readonly isShapeRight: boolean; readonly cost: number };
}

export interface Plans {
  readonly foretold?: Node;
  readonly real: Node;
  readonly later: Node;
  readonly hypothetical?: Node;
}

export const isNear = (ratio: number, within: number) => Math.abs(ratio - 1) <= within;

export const COST_WITHIN = 0.25;
export const SIZE_WITHIN = 0.3;

/** How long an index was foretold to be, divided by how long it got. */
export interface SizeOutcome {
  readonly kind: string;
  readonly index: string;
  readonly foretoldPages: number;
  readonly realPages: number;
  readonly ratio: number;
}

export function compared(
  of: { readonly kind: string; readonly index: string; readonly sql: string },
  { foretold, real, later, hypothetical }: Plans,
): Outcome {
  const shape = foretold ? shapeOf(foretold) : "none";
  const ratio = (truth: Node) => (foretold?.["Total Cost"] ?? 0) / (truth["Total Cost"] ?? 1);
  return {
    ...of,
    isShapeRight: shape === shapeOf(real),
    cost: ratio(real),
    isShapeRightLater: shape === shapeOf(later),
    costLater: ratio(later),
    foretold: shape,
    real: shapeOf(real),
    ...(hypothetical && {
      hypopg: {
        isShapeRight: unnamed(shapeOf(hypothetical), of.index) === shapeOf(real),
        cost: (hypothetical["Total Cost"] ?? 0) / (real["Total Cost"] ?? 1),
      },
    }),
  };
}

/** Its indexes are called `<13542>btree_table_column`. */
function unnamed(shape: string, index: string): string {
  return shape.replaceAll(/<\d+>\w+/g, index);
}
