import { EXTENSIONS } from "./cases/extensions.ts";
import { proveAll } from "./corpus.ts";

proveAll("extensions", EXTENSIONS);
