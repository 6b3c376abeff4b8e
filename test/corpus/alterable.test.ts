import { ALTERABLE } from "./cases/alterable.ts";
import { proveAll } from "./corpus.ts";

proveAll("what is altered in place", ALTERABLE);
