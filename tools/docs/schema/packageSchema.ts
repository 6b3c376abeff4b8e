// providers/pgindex/schema.json: the package as Pulumi's other languages see it, from what checks
// the arguments (zod) and from what explains them (docstrings).
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type Member, openPackage, type Section } from "../declarations.ts";
import { ROOT } from "../documentFiles.ts";
import { type JsonSchema, output, type PulumiType, pulumiType } from "./jsonSchema.ts";
import { DECLARED, declared, zodSchema } from "./resourceArgs.ts";

const SOURCE = join(ROOT, "providers", "pgindex");
const load = createRequire(join(SOURCE, "package.json"));

/** Objects within arguments, by the path of each: the interface that explains it, and its name. */
const OBJECTS = {
  columns: ["KeyArgs", "Key"],
  collation: ["ObjectNameArgs", "ObjectName"],
  operatorClass: ["ObjectNameArgs", "ObjectName"],
  rebuildWhen: ["RebuildWhenArgs", "RebuildWhen"],
  buildSettings: ["BuildSettingsArgs", "BuildSettings"],
  hazards: ["HazardExceptionArgs", "HazardException"],
  serves: ["ServedQuery", "ServedQuery"],
  served: ["ServedQuery", "ServedQuery"],
  expect: ["QueryExpectation", "QueryExpectation"],
  indexes: ["IndexArgs", "IndexDefinition"],
  override: ["Override", "Override"],
  skipped: [undefined, "Skipped"],
  builds: [undefined, "Build"],
} as const satisfies Names;

/** What functions answer is no argument. */
const OF_FUNCTIONS = { indexes: [undefined, "Declaration"] } as const satisfies Names;

type Names = Readonly<Record<string, readonly [docs: string | undefined, name: string]>>;

const DOCUMENTED = ["IndexArgs", "ConnectionArgs", "Connection"];

export function packageSchema(): string {
  const { version, description } = JSON.parse(readFileSync(join(SOURCE, "package.json"), "utf8"));
  const within = Object.values(OBJECTS).flatMap(([docs]) => docs ?? []);
  const { section } = openPackage([...DOCUMENTED, ...DECLARED, ...within]);
  const types: Record<string, object> = {};
  const made = { section, types, names: OBJECTS };
  const schema = {
    name: "pgindex",
    version,
    displayName: "pgindex",
    description,
    keywords: ["pulumi", "postgresql", "category/database"],
    license: "Apache-2.0",
    meta: { moduleFormat: "(.*)" },
    language: LANGUAGES,
    config: { variables: settings(made, true) },
    provider: { description: section("Connection").text, inputProperties: settings(made, false) },
    resources: resources(made),
    functions: functions({ ...made, names: { ...OBJECTS, ...OF_FUNCTIONS } }),
    types,
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

const LANGUAGES = {
  nodejs: { respectSchemaVersion: true },
  python: { respectSchemaVersion: true, pyproject: { enabled: true } },
  go: { respectSchemaVersion: true, generateResourceContainerTypes: true },
  csharp: { respectSchemaVersion: true },
  java: {},
};

interface Made {
  readonly section: (name: string) => Section;
  /** Collects the objects that arguments have within. */
  readonly types: Record<string, object>;
  readonly names: Names;
}

function resources(made: Made): Record<string, object> {
  const all = declared().map((each) => {
    const inputs = properties(made, each.inputs, argsSection(made, each.name));
    const { text, members } = made.section(each.name);
    const outputs = members.filter(({ name }) => !Object.hasOwn(inputs, name));
    const always = outputs.filter(({ type }) => !type.includes("null"));
    const isKept = ([name]: readonly [string, unknown]) => !each.unkept.includes(name);
    const kept = Object.fromEntries(Object.entries(inputs).filter(isKept));
    const required = each.required.filter((name) => Object.hasOwn(kept, name));
    const resource = {
      description: text,
      aliases: [{ type: `pulumi-nodejs:pgindex:${each.name}` }],
      inputProperties: inputs,
      requiredInputs: each.required,
      ...(each.list && {
        listInputs: { properties: properties(made, each.list, made.section("IndexArgs")) },
      }),
      properties: { ...kept, ...Object.fromEntries(outputs.map(output)) },
      required: [...new Set([...required, ...each.always, ...always.map(({ name }) => name)])],
    };
    return [`pgindex:index:${each.name}`, resource];
  });
  return Object.fromEntries(all);
}

/** With the members of what it extends. */
function argsSection({ section }: Made, name: string): Section {
  const own = section(`${name}Args`);
  const base = own.base ? section(own.base).members : [];
  return { ...own, members: [...own.members, ...base] };
}

function properties(
  made: Made,
  shapes: Readonly<Record<string, JsonSchema>>,
  section: Section,
): Record<string, object> {
  const entries = Object.entries(shapes).map(([name, shape]) => {
    const member = section.members.find((each) => each.name === name);
    const named = (object: JsonSchema) => objectType(made, name, object);
    const told = member ? describe(member) : (shape.description ?? "");
    return [name, { ...pulumiType(shape, named), ...(told && { description: told }) }];
  });
  return Object.fromEntries(entries);
}

function objectType(made: Made, path: string, object: JsonSchema): string {
  const [docs, name] = made.names[path] ?? [];
  if (!name) throw new Error(`tools/docs/schema has no name for the object at ${path}`);
  const token = `pgindex:index:${name}`;
  if (made.types[token]) return token;
  const section = docs
    ? made.section(docs)
    : { ...made.section("IndexArgs"), text: object.description ?? "", members: [] };
  made.types[token] = {};
  made.types[token] = {
    type: "object",
    description: section.text,
    properties: properties(made, object.properties ?? {}, section),
    required: object.required,
  };
  return token;
}

function describe({ text, isOptional, fallback, sql }: Member): string {
  return [text, isOptional && fallback && `Default: ${fallback}.`, sql && `SQL: \`${sql}\``]
    .filter(Boolean)
    .join("\n\n");
}

/** Every setting is text on the way, and has its own type in a program. */
function settings(made: Made, isOfStack: boolean): Record<string, object> {
  const { members } = made.section("ConnectionArgs");
  const all = members.map((member) => [
    member.name,
    {
      ...settingType(made, member),
      description: describe(member),
      ...(["url", "replicas"].includes(member.name) && { secret: true }),
    },
  ]);
  const url = { type: "string", secret: true, description: "As `url`, which goes before it." };
  return Object.fromEntries([...all, ...(isOfStack ? [["databaseUrl", url]] : [])]);
}

function settingType(made: Made, { name, type }: Member): PulumiType {
  if (type === "number") return { type: "integer" };
  if (type.endsWith("Args")) {
    // An index has it too.
    const { indexSchema } = load("./dist/engine/declare/indexSchema.js");
    const shape = zodSchema(indexSchema).properties?.[name] ?? {};
    return pulumiType(shape, (object) => objectType(made, name, object));
  }
  if (type.startsWith("Record"))
    return { type: "object", additionalProperties: { type: "string" } };
  return type === "boolean" ? { type } : { type: "string" };
}

function functions(made: Made): Record<string, object> {
  const { FUNCTIONS } = load("./dist/provider/native/functions.js");
  const all = Object.entries(FUNCTIONS as Record<string, Record<"args" | "returns", unknown>>).map(
    ([token, it]) => {
      const section = { ...made.section("IndexArgs"), members: [] };
      const [args, returns] = [zodSchema(it.args), zodSchema(it.returns)];
      const outputs = properties(made, returns.properties ?? {}, section);
      return [
        token,
        {
          description: returns.description,
          inputs: {
            type: "object",
            properties: properties(made, args.properties ?? {}, section),
            required: args.required,
          },
          outputs: { type: "object", properties: outputs, required: returns.required },
        },
      ];
    },
  );
  return Object.fromEntries(all);
}
