import { PREDICATES } from "./cases/predicates.ts";
import { proveAll } from "./corpus.ts";

proveAll("partial indexes", PREDICATES);
