import { oneLine, printable } from "../engine/text/printable";
import { type IndexDeclaration, labelOf } from "./declaration";

/** How to write declarations. */
export type Style = "resources" | "array";

const WIDTH = 100;

/**
 * A program, or a module with an array, that declares the indexes. `remarks` become comments at the
 * top.
 */
export function renderTypeScript(
  found: readonly IndexDeclaration[],
  style: Style,
  remarks: readonly string[],
): string {
  const head = remarks.map((remark) => `// ${oneLine(remark.replaceAll(/\s+/g, " "))}\n`).join("");
  return `${head}${style === "array" ? renderArray(found) : renderResources(found)}`;
}

function renderArray(found: readonly IndexDeclaration[]): string {
  const items = found.map((declaration) => `  ${renderOpen(declaration, "  ")},\n`).join("");
  const list = items === "" ? "[]" : `[\n${items}]`;
  const head = 'import type { IndexArgs } from "pulumi-pgindex";\n';
  return `${head}\nexport const indexes = ${list} satisfies IndexArgs[];\n`;
}

/**
 * A resource is named after its index, with the schema if two schemas have an index of that name.
 */
function renderResources(found: readonly IndexDeclaration[]): string {
  const named = Map.groupBy(found, ({ name }) => name);
  const resources = found.map((declaration) => {
    const isShared = (named.get(declaration.name) ?? []).length > 1;
    const title = quote(isShared ? labelOf(declaration) : declaration.name);
    return `\nnew pgindex.Index(${title}, ${renderOpen(declaration, "")});\n`;
  });
  return `import * as pgindex from "pulumi-pgindex";\n${resources.join("")}`;
}

/** An object with one line per property. */
function renderOpen(value: object, indent: string): string {
  const inner = `${indent}  `;
  const lines = Object.entries(value).map(([key, child]) => {
    const start = `${inner}${renderKey(key)}: `;
    return `${start}${renderValue(child, inner, start.length)},\n`;
  });
  return `{\n${lines.join("")}${indent}}`;
}

/** On one line if it fits. `used` is the length of the line so far. */
function renderValue(value: unknown, indent: string, used: number): string {
  const short = renderShort(value);
  const isShort = used + short.length + 1 <= WIDTH;
  if (isShort || typeof value !== "object" || value === null) return short;
  if (!Array.isArray(value)) return renderOpen(value, indent);
  const inner = `${indent}  `;
  const items = value.map((item) => `${inner}${renderValue(item, inner, inner.length)},\n`);
  return `[\n${items.join("")}${indent}]`;
}

function renderShort(value: unknown): string {
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return `[${value.map(renderShort).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const entries = Object.entries(value).map(
    ([key, child]) => `${renderKey(key)}: ${renderShort(child)}`,
  );
  return entries.length > 0 ? `{ ${entries.join(", ")} }` : "{}";
}

function renderKey(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : quote(key);
}

/** In double quotes, unless single quotes need less escaping. */
function quote(text: string): string {
  const double = printable(JSON.stringify(text));
  const isSimpler = text.includes('"') && !text.includes("'");
  return isSimpler ? `'${double.slice(1, -1).replaceAll('\\"', '"')}'` : double;
}
