import { type Advice, errorText } from "../engine/errors/advice";

/** Every message about what a report is made of. */

export function noMeasurementsAdvice(file: string, error: unknown): Advice {
  return {
    what: `${file} holds no measurements that the report could show`,
    why: errorText(error).split("\n")[0] ?? "it is no JSON",
    fix:
      'write { "title": "load test", "results": ' +
      '[{ "promise": "no failed write", "measured": "0 of 9000", "ok": true }] }',
  };
}

export function missingPackagesAdvice(packages: readonly string[]): Advice {
  return {
    what: "a report in HTML needs packages that are not installed",
    why:
      `${packages.join(" and ")} draw its plots; ` +
      "they are optional, since nothing else needs them",
    fix: `npm install --save-dev ${packages.join(" ")}`,
    otherwise: "write a report without plots: --format markdown, or --format json",
  };
}
