import { TYPES } from "./cases/types.ts";
import { proveAll } from "./corpus.ts";

proveAll("types", TYPES);
