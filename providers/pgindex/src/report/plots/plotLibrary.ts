import type * as Plot from "@observablehq/plot";
import { PgIndexError } from "../../engine/errors/advice";
import { missingPackagesAdvice } from "../reportMessages";

/** Observable Plot, and a document for it to draw in, because there is no browser. */
export interface PlotLibrary {
  readonly Plot: typeof Plot;
  readonly document: Document;
}

/** The part of the DOM that we use. */
export interface Document {
  createElement(name: string): Drawn;
}

/** A drawn element. */
export interface Drawn {
  readonly outerHTML: string;
  querySelectorAll(selector: string): Iterable<Drawn>;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
}

const PACKAGES = ["@observablehq/plot", "linkedom"];

/**
 * Loads the packages that only HTML reports need. Throws {@link PgIndexError} if one is not
 * installed.
 */
export async function loadPlotLibrary(): Promise<PlotLibrary> {
  try {
    const plot = await import("@observablehq/plot");
    const { parseHTML } = await import("linkedom");
    const { document } = parseHTML("<!doctype html><html><body></body></html>");
    return { Plot: plot, document: document as unknown as Document };
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new PgIndexError(missingPackagesAdvice(PACKAGES), { cause: error });
  }
}

function isMissing(error: unknown): boolean {
  const { code = "" } = error as { code?: string };
  return ["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"].includes(code);
}
