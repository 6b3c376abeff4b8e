// Resources of either front, for tables of scenarios that both have to pass.
import {
  HANDLERS,
  type ResourceName,
} from "../../providers/pgindex/src/resources/resourceNames.ts";
import { NativeResource, openNative } from "./nativeResource.ts";
import { oneProvider, Resource } from "./resource.ts";

export type AnyFront = Pick<
  Resource,
  "preview" | "up" | "refresh" | "destroy" | "outputs" | "transcript" | "state"
>;

/** One process of each, begun with the first command. */
export function bothFronts(env: () => Readonly<Record<string, string>>) {
  let openDynamic: ReturnType<typeof oneProvider> | undefined;
  let openedNative: ReturnType<typeof openNative> | undefined;
  return {
    dynamic: (type: ResourceName, name = "it") => {
      openDynamic ??= oneProvider(env());
      return new Resource(HANDLERS[type], openDynamic, name);
    },
    native: (type: ResourceName, name = "it") => {
      const open = () => {
        openedNative ??= openNative(env());
        return openedNative;
      };
      return new NativeResource(open, () => ({}), name, type);
    },
  };
}
