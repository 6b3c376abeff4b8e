import type { Member } from "../declarations.ts";

/** What zod's JSON Schema says of a value. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly description?: string;
}

/** A type as Pulumi's schema has it. */
export type PulumiType = Readonly<Record<string, unknown>>;

export const ANY: PulumiType = { $ref: "pulumi.json#/Any" };

/**
 * The type of a value. `named` gives the reference to an object's type, which has a name of its own
 * in every language.
 */
export function pulumiType(schema: JsonSchema, named: (object: JsonSchema) => string): PulumiType {
  const { type, anyOf, items, properties, additionalProperties } = schema;
  const all = anyOf ?? (Array.isArray(type) ? type.map((each) => ({ type: each })) : undefined);
  if (all) {
    const types = all.filter((each) => each.type !== "null").map((each) => pulumiType(each, named));
    return types.length === 1 && types[0] ? types[0] : { oneOf: types };
  }
  if (type === "array") return { type, items: items ? pulumiType(items, named) : ANY };
  if (properties) return { $ref: `#/types/${named(schema)}` };
  if (typeof additionalProperties === "object")
    return { type: "object", additionalProperties: pulumiType(additionalProperties, named) };
  return typeof type === "string" && type !== "object" ? { type } : ANY;
}

/** An output, from the class's property. */
export function output({ name, type, text }: Member): [string, object] {
  return [name, { ...outputType(type.replace(/ \| null$/, "")), description: text }];
}

function outputType(type: string): PulumiType {
  if (["string", "number", "boolean"].includes(type)) return { type };
  const [, item] = /^(string|number)\[\]$/.exec(type) ?? [];
  if (item) return { type: "array", items: { type: item } };
  return /^"/.test(type) ? { type: "string" } : ANY;
}
