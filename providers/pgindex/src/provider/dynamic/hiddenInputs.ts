/** What our resource classes add to a program's arguments. */
export interface Hidden {
  readonly __provider?: unknown;
  readonly __urn?: string;
  /** True during a preview; never recorded. */
  readonly __preview?: boolean;
  /** Where the program's arguments are secret: `columns.0.expression`. */
  readonly __secret?: readonly string[];
}

/** The input in which the SDK keeps a dynamic provider, serialized. */
export const SERIALIZED_PROVIDER = "__provider";

type Properties = Readonly<Record<string, unknown>>;

/**
 * Separates what the resource class added. `kept` has to be recorded among the inputs for the
 * outputs named in `repeats` to stay secret: placeholders, since Pulumi takes an output for a secret
 * if the input of its name is one.
 */
export function split(
  properties: object,
  repeats: readonly string[] = [],
): { readonly hidden: Hidden; readonly own: Properties; readonly kept: Properties } {
  const { __provider, __urn, __preview, __secret, ...own } = properties as Hidden & Properties;
  const hidden = { __provider, __urn, __preview, __secret };
  if (__secret === undefined) return { hidden, own, kept: {} };
  const all = Object.entries(own);
  const isKept = ([name]: [string, unknown]) => repeats.includes(name);
  return {
    hidden,
    own: Object.fromEntries(all.filter((each) => !isKept(each))),
    kept: { ...Object.fromEntries(all.filter(isKept)), __secret },
  };
}

/** What is recorded of a resource beside its own properties. */
export function recorded({ __urn, __secret }: Hidden): Hidden {
  // The SDK fails on a property that is undefined.
  return { ...(__urn && { __urn }), ...(__secret && { __secret }) };
}

/** What the native provider records too: by it an index's mark is known for its own. */
export function recordedUrn(urn: string | undefined): Hidden {
  return recorded({ __urn: urn });
}

/** What a state of either provider has beside a resource's own properties. */
export function unhidden(properties: object): {
  readonly own: Properties;
  /** The URN that it names. */
  readonly urn: string | undefined;
  readonly isDynamic: boolean;
} {
  const { hidden, own } = split(properties);
  const urn = typeof hidden.__urn === "string" ? hidden.__urn : undefined;
  return { own, urn, isDynamic: isDynamic(hidden) };
}

/** The dynamic front wrote the state: it has a provider in it. */
export function isDynamic({ __provider }: Hidden): boolean {
  return __provider !== undefined;
}
