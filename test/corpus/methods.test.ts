import { METHODS } from "./cases/methods.ts";
import { proveAll } from "./corpus.ts";

proveAll("access methods", METHODS);
