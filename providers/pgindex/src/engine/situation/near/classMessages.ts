import type { IndexDefinition, IndexKey } from "../../declare/desiredIndex";
import type { HazardCode } from "../../hazards/hazardKinds";
import type { Cause } from "../causes/cause";
import type { NeededExtension } from "./extensions";

/** Every text about the operator class of a key. */

export interface OfferedClass {
  readonly schema: string;
  readonly name: string;
  readonly method: string;
  readonly isDefault: boolean;
}

/** What there is for a type: classes of the declared method, and methods with a default one. */
interface Offered {
  readonly classes: readonly OfferedClass[];
  readonly methods: readonly string[];
  readonly extension?: NeededExtension;
}

const SHOWN = 4;

/** Types that are indexed by what is in them. */
const BY_PARTS: ReadonlyMap<string, string> = new Map([
  ["json", `index a value of it, such as { expression: "(data ->> 'id')" }, or make it jsonb`],
  ["xml", "index a value of it, such as { expression: \"(xpath('/id/text()', data))[1]::text\" }"],
]);

export function operatorClassCause(...of: Parameters<typeof classCause>): Cause {
  const [, , { classes, extension }] = of;
  const needs = classes.length === 0 && extension ? "missing-extension" : "missing-operator-class";
  return { ...classCause(...of), code: needs satisfies HazardCode };
}

function classCause(
  { key, type }: { readonly key: IndexKey; readonly type: string },
  { accessMethod, searchPath }: IndexDefinition,
  { classes, methods, extension }: Offered,
): Cause {
  const because = `${key.column ?? key.expression} is of type ${type}`;
  const others = methods.filter((method) => method !== accessMethod);
  const otherMethod = `accessMethod: ${others.map((method) => `"${method}"`).join(" or ")}`;
  const otherwise = others.length > 0 ? { otherwise: `${otherMethod}, which takes ${type}` } : {};
  const [first, ...more] = classes;
  if (first) {
    const named = { ...keyOf(key), operatorClass: nameOf(first, searchPath) };
    const rest = first.isDefault ? [] : more.slice(0, SHOWN).map(({ name }) => name);
    const also = rest.length > 0 ? `; ${accessMethod} also has ${rest.join(", ")} for it` : "";
    return { because, fix: `write ${render(named)}${also}`, ...otherwise };
  }
  if (extension)
    return {
      because,
      fix: `${extensionFix(extension)}, and name its operator class`,
      ...otherwise,
    };
  const part = BY_PARTS.get(type);
  if (part) return { because, fix: part, ...otherwise };
  if (others.length > 0)
    return { because, fix: `write ${otherMethod}: ${accessMethod} cannot index ${type}` };
  return { because, fix: `index an expression of it that ${accessMethod} takes` };
}

function keyOf({ column, expression }: IndexKey): object {
  return column === undefined ? { expression } : { column };
}

/** The schema only where the search_path does not lead there. */
function nameOf({ schema, name }: OfferedClass, searchPath: readonly string[]): unknown {
  return ["pg_catalog", ...searchPath].includes(schema) ? name : { schema, name };
}

function render(value: object): string {
  const parts = Object.entries(value).map(([name, it]) => {
    const isObject = typeof it === "object" && it !== null;
    return `${name}: ${isObject ? render(it) : JSON.stringify(it)}`;
  });
  return `{ ${parts.join(", ")} }`;
}

/** "run: CREATE EXTENSION pg_trgm;" */
export function extensionFix({ name, isAvailable }: NeededExtension): string {
  const sql = `CREATE EXTENSION ${/^[a-z_]+$/.test(name) ? name : `"${name}"`};`;
  return isAvailable
    ? `run: ${sql} (in a schema of searchPath)`
    : `install the extension ${name} on the server, then run: ${sql}`;
}
