import { EXPRESSIONS_AS_KEYS } from "./cases/expressions.ts";
import { proveAll } from "./corpus.ts";

proveAll("expressions", EXPRESSIONS_AS_KEYS);
