/**
 * What both fronts ask of a resource: one function a call of Pulumi's. A front brings the call, keeps
 * the state and says in its own way what came of it; it decides nothing.
 */
export interface Handler {
  /** The outputs that repeat what the arguments say, beside `statement`: secret where one is. */
  readonly repeats: readonly string[];
  /** The arguments that other resources' outputs give, in which null says something. */
  readonly given?: readonly string[];
  /** Validates; in a preview it also shows what will be done. */
  check(call: Call, olds: object, news: object): Promise<Checked>;
  /**
   * What a check shows in a preview, of inputs that are checked: where checks are not told of one.
   * Gives what stands against them.
   */
  show?(call: Call, olds: object, inputs: object): Promise<readonly CheckFailure[]>;
  /** Refresh calls it too, so only that of a preview refuses anything. */
  diff(call: Call, olds: object, news: object): Promise<Difference>;
  create(call: Call, inputs: object): Promise<Made>;
  update(call: Call, olds: object, news: object): Promise<object>;
  /** Nothing if there is no such resource any more. */
  read(call: Call, id: string, outputs: object | undefined): Promise<Found | undefined>;
  delete(call: Call, outputs: object): Promise<void>;
}

/** One call for one resource, whichever front it came by. */
export interface Call {
  /** Names the resource in its row, and in the mark of its index. */
  readonly urn: string | undefined;
  /** Its URN when it was last checked or changed: an alias changes it. */
  readonly formerUrn?: string;
  readonly isPreview?: boolean;
  /** The ID in the mark of its index, null without one; a check is not told what the state has. */
  readonly ownerId?: string | null;
  /** The resource's `customTimeouts`, where they reach a provider. */
  readonly withinSeconds?: number;
  /** Where the program's arguments are secret: `columns.0.expression`. */
  readonly secret?: readonly string[];
  /** Where those in the state were. */
  readonly formerSecret?: readonly string[];
  /** Where the state's outputs are secret. */
  readonly concealed?: readonly string[];
}

/** Where outputs are secret, if the program's arguments are there. */
export function secretOutputs(
  { repeats }: Handler,
  secret: readonly string[] = [],
): readonly string[] {
  return secret.length > 0 ? [...secret, "statement", ...repeats] : [];
}

export interface Checked {
  readonly inputs: object;
  readonly failures?: readonly CheckFailure[];
}

/** A refused input. */
export interface CheckFailure {
  /** The argument, `columns[0].order`; empty for the resource as a whole. */
  readonly path: string;
  /** Begins after the argument's name. */
  readonly reason: string;
}

/** Without `changes` the inputs decide. */
export interface Difference {
  readonly changes?: boolean;
  readonly replaces?: readonly string[];
}

export interface Made {
  readonly id: string;
  readonly outputs: object;
}

export interface Found {
  readonly id: string;
  readonly outputs: object | undefined;
  /** What the program would declare to get this; those in the state, if missing. */
  readonly inputs?: object;
}

/**
 * The resource exists and is not as it should be: Pulumi records it, and calls `update` at the next
 * `pulumi up`.
 */
export class UnfinishedError extends Error {
  readonly made: Made;
  readonly reasons: readonly string[];

  constructor(message: string, made: Made, reasons: readonly string[]) {
    super(message);
    this.made = made;
    this.reasons = reasons;
  }
}
