import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type { Location, Log, Result, ToolComponent } from "sarif";
import { HAZARD_KINDS } from "../../engine/hazards/hazardKinds";
import { type Finding, findingsOf, nameOf, type Severity, unseenIndexes } from "../findings";
import type { Plan, PlannedIndex } from "../plan";

const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";
const LEVELS = {
  info: "note",
  warning: "warning",
  error: "error",
} as const satisfies Readonly<Record<Severity, Result.level>>;

/** How an index that nobody could look at is told apart. */
const UNSEEN = "could-not-look";

/**
 * SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html): each finding at
 * the line that declares the index. `folder`: the project's; files are named from the root of the
 * repository around it, as code scanning expects.
 */
export function toSarif(plan: Plan, folder: string): string {
  const results = [...findingsOf(plan), ...unseenIndexes(plan).map(missedLook)];
  const below = relative(repositoryOf(folder), folder);
  const codes = [...new Set(results.map(({ code }) => code))].sort();
  const log: Log = {
    $schema: SCHEMA,
    version: "2.1.0",
    runs: [
      {
        tool: { driver: driverOf(plan, codes) },
        automationDetails: { id: `pgindex-plan/${plan.project}/${plan.stack}/` },
        columnKind: "utf16CodeUnits",
        results: results.map((each) => resultOf(each, codes, below)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function missedLook(index: PlannedIndex): Finding {
  const message = `could not look, because ${index.reason}`;
  return { code: UNSEEN, severity: "warning", message, index };
}

function driverOf({ pgindex }: Plan, codes: readonly string[]): ToolComponent {
  return {
    name: "pgindex",
    semanticVersion: pgindex,
    informationUri: "https://www.npmjs.com/package/pulumi-pgindex",
    rules: codes.map((id) => ({ id, shortDescription: { text: describe(id) } })),
  };
}

function describe(code: string): string {
  return Object.entries(HAZARD_KINDS).find(([id]) => id === code)?.[1].what ?? spelledOut(code);
}

const spelledOut = (code: string) => code.replaceAll("-", " ");

function resultOf(finding: Finding, codes: readonly string[], below: string): Result {
  const { code, severity, message, cause, fix, index } = finding;
  const texts = [`${nameOf(index)}: ${message}`, cause && `why: ${cause}`, fix && `fix: ${fix}`];
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: LEVELS[severity],
    message: { text: texts.filter(Boolean).join("\n") },
    locations: [locationOf(index, below)],
    partialFingerprints: { "pgindexFinding/v1": fingerprint(`${code} ${index.urn}`) },
  };
}

/** Code scanning shows nothing without a file: the project's own, where the place is not known. */
function locationOf({ source, urn }: PlannedIndex, below: string): Location {
  const file = join(below, source?.file ?? "Pulumi.yaml");
  const uri = file.split(sep).map(encodeURIComponent).join("/");
  const { line = 1, column = 1 } = source ?? {};
  return {
    physicalLocation: {
      artifactLocation: { uri },
      region: { startLine: line, startColumn: column },
    },
    logicalLocations: [{ fullyQualifiedName: urn, kind: "resource" }],
  };
}

/** The folder with `.git`, at or above; else the project's own. */
function repositoryOf(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return at;
    if (dirname(at) === at) return folder;
  }
}

function fingerprint(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}
