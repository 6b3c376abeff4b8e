import { isDeepStrictEqual } from "node:util";
import { withoutNull } from "../inputs";
import type { Hidden } from "./hiddenInputs";

/**
 * Resources whose inputs are those in the state but for their URN: the stack was renamed, or the
 * resource was. The engine compares inputs, in which the URN stands, and would plan an update.
 */
export class RenamedResources {
  readonly #urns = new Set<string>();

  /** Only a check sees both inputs, and the last one of a resource counts. */
  note(olds: Hidden, { __urn: urn, ...news }: Hidden): void {
    if (urn === undefined) return;
    const isCalledOtherwise = olds.__urn !== undefined && olds.__urn !== urn;
    if (isCalledOtherwise && isDeepStrictEqual(own(olds), own(news))) this.#urns.add(urn);
    else this.#urns.delete(urn);
  }

  /** Whether such a resource changes: it does not. Undefined for any other. */
  change({ __urn }: Hidden): false | undefined {
    return __urn !== undefined && this.#urns.has(__urn) ? false : undefined;
  }
}

function own({ __provider, __urn, ...inputs }: Hidden): unknown {
  return withoutNull(inputs);
}
