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
  foretold: Node | undefined,
  real: Node,
  later: Node,
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
  };
}
