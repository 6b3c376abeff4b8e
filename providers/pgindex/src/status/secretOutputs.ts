import { SECRET } from "../engine/text/secret";

/** What marks a secret in a state: the constant of Pulumi's `resource.SigKey` and its value. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** What stands for a secret that the export does not show, where a text would not do. */
const UNSHOWN: Readonly<Record<string, unknown>> = { problems: [], found: null, drift: null };

/**
 * The outputs of an export, in which a secret is an object: with its value after
 * `pulumi stack export --show-secrets`, else without.
 */
export function withoutSecrets(outputs: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [name, shownValue(name, value)]),
  );
}

function shownValue(name: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !(SIGNATURE in value)) return value;
  const { plaintext } = value as { plaintext?: unknown };
  if (typeof plaintext === "string") return JSON.parse(plaintext);
  return name in UNSHOWN ? UNSHOWN[name] : SECRET;
}
