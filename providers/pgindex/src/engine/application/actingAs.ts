/** How a session stands in for the application's. */
export interface ActingAs {
  /** The application's role; undefined if none is declared. */
  readonly role?: string;
  /** The role whose privileges and row level security apply. */
  readonly acting: string;
}
