import type { Advice } from "../../errors/advice";

/** What the catalog says of a refusal: the part of an advice that depends on it. */
export type Cause = Pick<Advice, "fix" | "otherwise" | "code"> & {
  /** Beside what the server said. */
  readonly because?: string;
};
