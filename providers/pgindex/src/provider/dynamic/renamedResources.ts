import { isDeepStrictEqual } from "node:util";
import { withoutNull } from "../inputs";
import type { Hidden } from "./hiddenInputs";

interface Renamed {
  readonly formerUrn: string;
  /** Its inputs are those in the state but for their URN. */
  readonly isSame: boolean;
}

/** Resources whose state has another URN: the stack was renamed, or the resource was. */
export class RenamedResources {
  readonly #byUrn = new Map<string, Renamed>();

  /** Only a check sees both inputs, and the last one of a resource counts. */
  note(olds: Hidden, { __urn: urn, ...news }: Hidden): void {
    if (urn === undefined) return;
    const { __urn: formerUrn } = olds;
    if (formerUrn === undefined || formerUrn === urn) this.#byUrn.delete(urn);
    else this.#byUrn.set(urn, { formerUrn, isSame: isDeepStrictEqual(own(olds), own(news)) });
  }

  /**
   * Whether a resource changes that is only called otherwise: it does not, though the engine
   * compares inputs, in which the URN stands. Undefined for any other.
   */
  change({ __urn }: Hidden): false | undefined {
    return this.#of(__urn)?.isSame ? false : undefined;
  }

  /** What the state has, with its URN: the native provider leaves that out of the outputs. */
  named(outputs: Hidden, { __urn }: Hidden): Hidden {
    return { ...outputs, __urn: outputs.__urn ?? this.#of(__urn)?.formerUrn };
  }

  #of(urn: string | undefined): Renamed | undefined {
    return urn === undefined ? undefined : this.#byUrn.get(urn);
  }
}

function own({ __provider, __urn, ...inputs }: Hidden): unknown {
  return withoutNull(inputs);
}
