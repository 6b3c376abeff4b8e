import { type Member, openPackage, type Section } from "./declarations.ts";

/**
 * One resource, or what several share, in the order of a reader's need. Everything that the package
 * exports has to be in one.
 */
interface Chapter {
  readonly title: string;
  /** The class whose text opens the chapter and whose outputs come after the arguments. */
  readonly resource?: string;
  readonly before?: readonly string[];
  /** Below the outputs. */
  readonly after?: readonly string[];
}

const CHAPTERS: readonly Chapter[] = [
  {
    title: "Index",
    resource: "Index",
    before: ["IndexArgs", "KeyArgs", "RebuildWhenArgs", "ObjectNameArgs"],
  },
  {
    title: "Queries that an index serves",
    before: ["ServedQuery", "QueryExpectation", "PlanType"],
  },
  { title: "Connection", resource: "Connection", before: ["ConnectionArgs"] },
  {
    title: "Verification",
    resource: "Verification",
    before: ["VerificationArgs"],
    after: [
      "VerifiedQuery",
      "QueryMeasurement",
      "QueryPlan",
      "KeptNode",
      "AccountedUsage",
      "IndexUsage",
      "History",
      "Sample",
    ],
  },
  {
    title: "PromotionGate",
    resource: "PromotionGate",
    before: ["PromotionGateArgs"],
    after: ["promotionEvidence", "Proved", "Evidence", "OverrideUse"],
  },
  { title: "DrizzleBaseline", resource: "DrizzleBaseline", before: ["DrizzleBaselineArgs"] },
  {
    title: "NodePgMigrateBaseline",
    resource: "NodePgMigrateBaseline",
    before: ["NodePgMigrateBaselineArgs"],
  },
  { title: "PrismaBaseline", resource: "PrismaBaseline", before: ["PrismaBaselineArgs"] },
  { title: "Backup", resource: "Backup", before: ["BackupArgs"] },
  {
    title: "Declarations from SQL and from Drizzle",
    before: [
      "indexesFromSql",
      "FromSqlOptions",
      "indexesFromDrizzle",
      "FromDrizzleOptions",
      "IndexDeclaration",
      "KeyDeclaration",
    ],
  },
];

/** What a program passes on without looking into it. */
const OPAQUE = new Set(["Evidence"]);

const HEAD = `# Reference

<!-- Made by npm run docs from the docstrings in providers/pgindex/src: edit those, not this file. -->

Every argument and output of the package \`pulumi-pgindex\`. An argument may be a Pulumi \`Output\` where the type that your editor shows is
an \`Input\`. *SQL* is what the argument adds to the statement, all of which \`pulumi preview --diff --show-full-output\` shows as \`statement\`.
`;

const namesIn = ({ resource, before = [], after = [] }: Chapter): readonly string[] => [
  ...(resource ? [resource] : []),
  ...before,
  ...after,
];

export function reference(): string {
  const names = CHAPTERS.flatMap(namesIn);
  const { section, exported } = openPackage(names);
  const missing = exported.filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw new Error(`exported, but not in tools/docs/referencePage.ts: ${missing.join(", ")}`);
  const chapters = CHAPTERS.map((chapter) => renderChapter(chapter, section));
  return `${[HEAD.trimEnd(), ...chapters].join("\n\n")}\n`;
}

function renderChapter(chapter: Chapter, section: (name: string) => Section): string {
  const { title, resource, before = [], after = [] } = chapter;
  const opening = resource && section(resource);
  return joined([
    `## ${title}`,
    opening && prose(opening),
    ...before.map((name) => renderType(section(name))),
    opening && opening.members.length > 0
      ? `### Outputs of ${title}\n\n${table("output", opening.members)}`
      : "",
    ...after.map((name) => renderType(section(name))),
  ]);
}

function renderType(section: Section): string {
  const hasTable = section.members.length > 0 && !OPAQUE.has(section.name);
  return joined([
    `### ${section.name}`,
    prose(section),
    hasTable ? table(section.isWritten ? "argument" : "property", section.members) : "",
    section.base && hasTable ? `And what \`${section.base}\` has.` : "",
  ]);
}

function prose({ text, example, definition }: Section): string {
  return joined([
    text,
    example && `\`\`\`ts\n${example}\n\`\`\``,
    definition && `\`\`\`ts\n${definition}\n\`\`\``,
  ]);
}

const joined = (parts: readonly (string | undefined)[]) => parts.filter(Boolean).join("\n\n");

/** Columns that no member has anything for are left out. */
function table(head: "argument" | "output" | "property", members: readonly Member[]): string {
  const columns = [
    { head, cell: ({ name }: Member) => `\`${name}\`` },
    { head: "type", cell: ({ type }: Member) => `\`${type}\`` },
    { head: "meaning", cell: ({ text }: Member) => text },
    { head: "default", cell: (member: Member) => (head === "argument" ? defaultOf(member) : "") },
    { head: "SQL", cell: ({ sql }: Member) => sql && `\`${sql}\`` },
  ].filter(({ cell }) => members.some((member) => cell(member)));
  const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [
    row(columns.map((column) => column.head)),
    row(columns.map(() => "---")),
    ...members.map((member) => row(columns.map(({ cell }) => escapeCell(cell(member))))),
  ].join("\n");
}

const escapeCell = (text: string) => text.replace(/\n+/g, " ").replace(/(?<!\\)\|/g, "\\|");

/** A value as code, anything else as prose. */
function defaultOf({ isOptional, fallback }: Member): string {
  if (!isOptional) return "required";
  return /^("[^"]*"|\d+|true|false)$/.test(fallback) ? `\`${fallback}\`` : fallback;
}
