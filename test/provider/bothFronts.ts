// Resources of either front, for tables of scenarios that both have to pass.
import {
  HANDLERS,
  type ResourceName,
} from "../../providers/pgindex/src/resources/resourceNames.ts";
import { NativeResource, openNative } from "./nativeResource.ts";
import { configured, oneProvider, Resource } from "./resource.ts";

export type AnyFront = Pick<
  Resource,
  "preview" | "up" | "refresh" | "destroy" | "outputs" | "transcript" | "state"
>;

type Values = () => Readonly<Record<string, string>>;

/** One process of each, begun with the first command, each of which asks for `config` (`pgindex:url`). */
export function bothFronts(env: Values, config: Values = () => ({})) {
  let openDynamic: ReturnType<typeof oneProvider> | undefined;
  let openedNative: ReturnType<typeof openNative> | undefined;
  return {
    dynamic: (type: ResourceName, name = "it") => {
      openDynamic ??= oneProvider(env());
      const open = openDynamic;
      return new Resource(HANDLERS[type], () => configured(open, config())(), name);
    },
    native: (type: ResourceName, name = "it") => {
      const open = () => {
        openedNative ??= openNative(env());
        return openedNative;
      };
      return new NativeResource(open, () => argsOf(config()), name, type);
    },
  };
}

/** A native provider is given the names of its arguments. */
function argsOf(config: ReturnType<Values>): ReturnType<Values> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace("pgindex:", ""), value]),
  );
}
