import type { KeptNode, PlanTree } from "../../engine/explain/queryPlan";
import { type Html, html } from "../page/htmlTemplate";
import { number, plural } from "../valueFormats";

/** A node as EXPLAIN writes it: `Index Scan using i on t`, `Seq Scan on messages m`. */
export function titleOf({ node, index, relation, alias }: KeptNode): string {
  const on = [relation ?? "", alias ?? ""].filter(Boolean).join(" ");
  return `${node}${index ? ` using ${index}` : ""}${on ? ` on ${on}` : ""}`;
}

/** `10 rows, 40 planned, 333,330 filtered out, in each of 3 loops` */
function countsOf({ rows, plannedRows, removed, loops }: KeptNode): string {
  if (loops === 0) return "never executed";
  if (rows === undefined) return `${plural(plannedRows, "row")} planned`;
  const filtered = removed ? `, ${number(removed)} filtered out` : "";
  const each = loops ? `, in each of ${number(loops)} loops` : "";
  return `${plural(rows, "row")}, ${number(plannedRows)} planned${filtered}${each}`;
}

/** A note that the plan is incomplete; empty if it is complete. */
function leftOutOf({ leftOut }: PlanTree): string {
  return leftOut ? `${number(leftOut)} more nodes of this plan were not kept` : "";
}

/** A plan as nested lists, so a screen reader announces how deep a node is. Pure. */
export function planTree(tree: PlanTree): Html {
  const leftOut = leftOutOf(tree);
  return html`${list(tree.nodes)}${leftOut && html`<p>${leftOut}.</p>`}`;
}

function list(nodes: readonly KeptNode[]): Html {
  const subtrees = subtreesOf(nodes);
  return html`<ul class="tree">${subtrees.map(
    ([root, ...below]) => html`<li><b>${titleOf(root)}</b>
<p>${countsOf(root)}</p>
${(root.conditions ?? []).map((condition) => html`<p><code>${condition}</code></p>`)}
${below.length > 0 && list(below)}</li>
`,
  )}</ul>`;
}

/** The nodes at the depth of the first one, each with those below it. */
function subtreesOf(nodes: readonly KeptNode[]): [KeptNode, ...KeptNode[]][] {
  const subtrees: [KeptNode, ...KeptNode[]][] = [];
  const top = nodes[0]?.depth ?? 0;
  for (const node of nodes) {
    const open = subtrees.at(-1);
    if (open && node.depth > top) open.push(node);
    else subtrees.push([node]);
  }
  return subtrees;
}

/** A plan as lines, the way EXPLAIN prints it. Pure. */
export function planLines(tree: PlanTree): string[] {
  const leftOut = leftOutOf(tree);
  const lines = tree.nodes.flatMap((node) => {
    const indent = "  ".repeat(node.depth);
    const conditions = (node.conditions ?? []).map((condition) => `${indent}    ${condition}`);
    return [`${indent}${titleOf(node)}  (${countsOf(node)})`, ...conditions];
  });
  return leftOut ? [...lines, `(${leftOut})`] : lines;
}
