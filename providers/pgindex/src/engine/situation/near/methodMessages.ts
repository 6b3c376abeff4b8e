import { didYouMean } from "../../text/similarNames";
import type { Cause } from "../causes/cause";

/** Every text about what an access method has and can do. */

export function otherParameterCause(
  name: string,
  {
    near,
    known,
    others,
  }: {
    readonly near: readonly string[];
    readonly known: readonly string[];
    /** The methods that do have it. */
    readonly others: readonly string[];
  },
): Cause {
  const of = others.length > 0 ? `${name} is a parameter of ${others.join(" and ")}; ` : "";
  return {
    because: `${of}this access method has ${known.join(", ")}`,
    fix: didYouMean(near) ?? "remove it, or check the parameter's name",
  };
}

const UNABLE = {
  unique: "unique",
  order: "order and nulls",
  severalColumns: "all columns but one",
  include: "include",
} as const;

export function unableCause(method: string, asked: keyof typeof UNABLE): Cause {
  return {
    fix: `remove that feature: leave out ${UNABLE[asked]}`,
    otherwise: `another accessMethod: btree can do it, ${method} cannot`,
  };
}
