import type { Struct as StructMessage } from "google-protobuf/google/protobuf/struct_pb";
import { withoutNull } from "../inputs";
import { Struct } from "../sdkModules";

/** Properties as a call brings them, without Pulumi's wrappers. */
export interface Values {
  readonly values: Readonly<Record<string, unknown>>;
  /** Where the secrets are: `columns.0.expression`. */
  readonly secret: readonly string[];
}

/** How a value says that it is a secret, on Pulumi's wire: `pulumi.runtime.specialSigKey`. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

export function unpack(struct: StructMessage | undefined): Values {
  const secret: string[] = [];
  const values = plain(struct?.toJavaScript() ?? {}, "", secret);
  return { values: values as Values["values"], secret };
}

/** Of a program: what it sets to null is not set, but within what an output has `given`. */
export function unpackArguments(
  struct: StructMessage | undefined,
  given: readonly string[] = [],
): Values {
  const { values, secret } = unpack(struct);
  const whole = Object.entries(values).filter(
    ([name, value]) => given.includes(name) && value !== null,
  );
  return { values: { ...(withoutNull(values) as object), ...Object.fromEntries(whole) }, secret };
}

function plain(value: unknown, path: string, secret: string[]): unknown {
  const within = (key: string | number) => (path === "" ? `${key}` : `${path}.${key}`);
  if (Array.isArray(value)) return value.map((each, i) => plain(each, within(i), secret));
  if (typeof value !== "object" || value === null) return value;
  const object = value as Readonly<Record<string, unknown>>;
  if (object[SIGNATURE] === SECRET) {
    secret.push(path);
    return plain(object.value, path, []);
  }
  const all = Object.entries(object);
  return Object.fromEntries(all.map(([key, each]) => [key, plain(each, within(key), secret)]));
}

/** Marks what is at these paths as secret; where something else stands there, all of that. */
export function pack(values: object, secret: readonly string[] = []): StructMessage {
  const marked = JSON.parse(JSON.stringify(values));
  for (const path of secret) mark(marked, path.split("."));
  return Struct.fromJavaScript(marked);
}

function mark(within: Record<string, unknown>, [key = "", ...rest]: readonly string[]): void {
  const value = within[key];
  if (value === undefined || value === null || isMarked(value)) return;
  const [next] = rest;
  const isThere = typeof value === "object" && next !== undefined && Object.hasOwn(value, next);
  if (isThere) mark(value as Record<string, unknown>, rest);
  else within[key] = { [SIGNATURE]: SECRET, value };
}

function isMarked(value: unknown): boolean {
  return typeof value === "object" && value !== null && SIGNATURE in value;
}
