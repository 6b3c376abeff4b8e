// A set-up file: runs for each test file, also where files share the modules that they import.
import { afterAll } from "vitest";
import { takeSteps } from "./atEnd.ts";

afterAll(() => {
  for (const step of takeSteps()) step();
});
