import { PLACES } from "./cases/places.ts";
import { proveAll } from "./corpus.ts";

proveAll("names and places", PLACES);
