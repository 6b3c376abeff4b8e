import { type Html, html } from "../page/htmlTemplate";
import { type Kind, mark } from "../page/htmlWidgets";
import type { ChecklistLine, Proof } from "../reportModel";
import { number } from "../valueFormats";

/** Where a line stands. */
export function lineAnchor(position: number): string {
  return `line-${position + 1}`;
}

/** The lines with their proofs. A line that is done is folded: its reader has nothing to do. */
export function checklistSection(lines: readonly ChecklistLine[]): Html {
  const done = lines.filter(({ isDone }) => isDone).length;
  return html`<section id="checklist" aria-labelledby="checklist-title">
<h2 id="checklist-title">Checklist: ${done} of ${lines.length} done</h2>
<ul class="checklist">
${lines.map((line, i) => {
  const kind = kindOf({ isMet: line.isDone, isFailing: line.isFailing });
  return html`<li id="${lineAnchor(i)}" class="${kind}"><details${!line.isDone && OPEN}>
<summary><h3>${mark(kind)} ${line.title}</h3></summary>
${proofsOf(line)}
</details></li>
`;
})}</ul>
</section>`;
}

const OPEN = html` open`;

/** So many met proofs are shown beside one that is not. */
const FEW = 3;

/** What is broken comes first, and many that are met are folded. */
function proofsOf({ proofs, isDone }: ChecklistLine): Html {
  const of = (kind: Kind) => proofs.filter((proof) => kindOf(proof) === kind);
  const met = of("done");
  const open = [...of("failing"), ...of("missing")];
  if (isDone || met.length <= FEW) return list([...open, ...met]);
  const folded = html`<details><summary>${number(met.length)} met</summary>${list(met)}</details>`;
  return html`${list(open)}${folded}`;
}

function list(proofs: readonly Proof[]): Html {
  return html`<ul>${proofs.map((proof) => html`<li>${mark(kindOf(proof))} ${proof.text}</li>`)}</ul>`;
}

function kindOf({ isMet, isFailing }: Pick<Proof, "isMet" | "isFailing">): Kind {
  if (isMet) return "done";
  return isFailing ? "failing" : "missing";
}
