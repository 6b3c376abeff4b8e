import { toDocument } from "../../report/page/htmlDocument";
import { type Html, html } from "../../report/page/htmlTemplate";
import { type Kind, mark, table } from "../../report/page/htmlWidgets";
import { instant } from "../../report/valueFormats";
import { DATABASES_HEAD, databaseRows, summaryOf, WAVES_HEAD, waveRow } from "./fleetCells";
import type { FleetReport, ReportedTarget } from "./reportSchema";

/** A fleet's report as one self-contained page. Pure. */
export function toFleetPage(report: FleetReport): string {
  const { status, writtenAt, targets, outliers, missing } = report;
  return toDocument({
    title: `Fleet ${status.fleet}: ${status.state}`,
    intro: `Written ${instant(writtenAt)}, from the control database alone. ${summaryOf(report)}`,
    command: "pgindex fleet report",
    sections: [
      status.reason !== null && html`<p class="problem"><strong>${status.reason}</strong></p>`,
      section("waves", "Waves", table("Waves", WAVES_HEAD, status.waves.map(waveCells))),
      missing.length > 0 &&
        section(
          "missing",
          "What is missing",
          table(
            "What is missing",
            ["database", "what"],
            missing.map(({ target, text }) => [target, html`${mark("missing")} ${text}`]),
          ),
        ),
      outliers.length > 0 &&
        section(
          "outliers",
          "Outliers: three times the median or more",
          table(
            "Outliers",
            ["database", "index", "what"],
            outliers.map(({ target, index, text }) => [target, index, text]),
          ),
        ),
      section(
        "databases",
        "Every database",
        table("Every database", DATABASES_HEAD, targets.flatMap(databaseCells)),
      ),
    ],
  });
}

function section(id: string, title: string, body: Html): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${body}
</section>`;
}

function waveCells(wave: FleetReport["status"]["waves"][number]): (string | Html)[] {
  const [name = "", state = "", ...counts] = waveRow(wave);
  return [name, html`${mark(wave.state === "passed" ? "done" : "missing")} ${state}`, ...counts];
}

function databaseCells(target: ReportedTarget): (string | Html)[][] {
  return databaseRows(target).map(([name = "", wave = "", server = "", state = "", ...others]) => [
    ...[name, wave, server],
    html`${mark(signOf(target))} ${state}`,
    ...others,
  ]);
}

function signOf({ state, indexes }: ReportedTarget): Kind {
  const isWhole = indexes.every(({ valid }) => valid);
  if (state === "done") return isWhole ? "done" : "failing";
  return state === "failed" ? "failing" : "missing";
}
