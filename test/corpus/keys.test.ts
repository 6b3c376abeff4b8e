import { KEYS } from "./cases/keys.ts";
import { proveAll } from "./corpus.ts";

proveAll("keys of a B-tree", KEYS);
