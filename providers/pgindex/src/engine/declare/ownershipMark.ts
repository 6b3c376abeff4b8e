import { createHash } from "node:crypto";

/**
 * Who owns an index, kept in the index's own comment: it is seen by `\di+`, moves with a rename,
 * is carried along by REINDEX CONCURRENTLY, and goes with the index.
 *
 * @example
 * // managed by Pulumi: app/production, messages-index
 * //   [pgindex 1 built stack=9f86d081 urn=884c7d65 id=2c26b46b68ff db=fcde2b2e]
 */
export interface OwnershipMark extends Owner {
  /** A hash of the database: a restored copy carries the marks of its original. */
  readonly database: string;
  /** Whether the stack built the index or found it. */
  readonly origin: IndexOrigin;
}

export type IndexOrigin = "built" | "adopted";

/** One resource of one stack. */
export interface Owner {
  /** `project/stack, logical name`: for people. */
  readonly label: string;
  /** A hash of project and stack. */
  readonly stack: string;
  /** A hash of the resource's URN, which changes with its name and its parents, not with its front. */
  readonly urn: string;
  /**
   * Different for each create, so that a replacement is told from what it replaces; unknown in the
   * preview of a create.
   */
  readonly id?: string;
}

/** The parts of an URN: `urn:pulumi:<stack>::<project>::<type>::<name>`. */
const URN = /^urn:pulumi:([^:]+)::([^:]+)::.*?::(.*)$/s;

/** A label is read by people, and logical names can be long. */
const LABEL_LENGTH = 120;

/**
 * The owner that a URN names.
 *
 * @see https://www.pulumi.com/docs/iac/concepts/resources/names/#urns
 */
export function ownerOf(urn: string, id?: string): Owner {
  const [, stack = "", project = "", name = urn] = URN.exec(urn) ?? [];
  return {
    label: asciiLine(`${project}/${stack}, ${name}`).slice(0, LABEL_LENGTH),
    stack: shortHash(`${project}/${stack}`),
    urn: shortHash(ofDynamicFront(urn)),
    id,
  };
}

/**
 * A resource's URN as the dynamic provider has it: a state can move to the native one, and back,
 * without a change of its index. The component has one type at both.
 */
export function ofDynamicFront(urn: string): string {
  return urn.replaceAll(
    /\bpgindex:index:(?!DrizzleMigrations\b)(?=\w+(?:\$|::))/g,
    "pulumi-nodejs:pgindex:",
  );
}

/** Whether a mark names this stack. @example isStackOf(mark, "app/production") */
export function isStackOf({ stack }: OwnershipMark, name: string): boolean {
  return stack === shortHash(name);
}

/** The `project/stack` of an owner. */
export function stackName({ label }: Owner): string {
  return label.replace(/, .*$/s, "");
}

/** The logical name of a mark's resource, for messages. */
export function resourceName({ label }: OwnershipMark): string {
  return label.replace(/^[^,]*, /s, "");
}

/** A comment is stored in the database's encoding, which may know nothing but ASCII. */
function asciiLine(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?");
}

/** The logical name in a URN, which can contain `::` itself. */
export function nameInUrn(urn: string): string {
  return URN.exec(urn)?.[3] ?? urn;
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

const MARK =
  /(?:^|\n)managed by Pulumi: ([^\n]*) \[pgindex 1 (built|adopted) stack=([0-9a-f]+) urn=([0-9a-f]+) id=([0-9a-f]+) db=([0-9a-f]+)\]$/;

/** A comment without our mark, and the mark. */
export interface MarkedComment {
  readonly comment: string | null;
  readonly mark?: OwnershipMark;
}

/** Splits a comment from the catalog. A text that only looks like a mark stays a comment. */
export function splitComment(text: string | null): MarkedComment {
  const match = MARK.exec(text ?? "");
  if (text === null || !match) return { comment: text };
  const [, label = "", origin, stack = "", urn = "", id = "", database = ""] = match;
  const mark = { label, stack, urn, id, database, origin: origin as IndexOrigin };
  return { comment: text.slice(0, match.index) || null, mark };
}

/** The comment that carries both; null if there is neither. */
export function joinComment({ comment, mark }: MarkedComment): string | null {
  const lines = [comment, mark && renderMark(mark)].filter(Boolean);
  return lines.length > 0 ? lines.join("\n") : null;
}

function renderMark({ label, origin, stack, urn, id, database }: OwnershipMark): string {
  return (
    `managed by Pulumi: ${label} ` +
    `[pgindex 1 ${origin} stack=${stack} urn=${urn} id=${id ?? "…"} db=${database}]`
  );
}
