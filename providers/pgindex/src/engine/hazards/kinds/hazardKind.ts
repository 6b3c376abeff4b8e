export type Severity = "info" | "warning" | "error";

/** What a policy makes of a hazard: passed over, said, or a refusal. */
export type Action = "allow" | "warn" | "deny";

export type HazardOption = "allowPooler" | "allowCorruptingServer" | "acceptDatabase";

/** What holds for every hazard of a code. */
export interface HazardKind {
  readonly severity: Severity;
  /**
   * "refused": nothing can be allowed, since PostgreSQL would not do it or we know of no safe way.
   */
  readonly action: Action | "refused";
  /** The Connection's setting by which what is refused is allowed. */
  readonly option?: HazardOption;
  /** Where it is stricter in production. */
  readonly inProduction?: "deny";
  readonly what: string;
  /** Why it hurts. */
  readonly why: string;
  readonly fix: string;
  /** How it is found, and what of it cannot be seen. */
  readonly seen: string;
  /** Below https://www.postgresql.org/docs/current/ */
  readonly page: string;
}

export type HazardKinds = Readonly<Record<string, HazardKind>>;
