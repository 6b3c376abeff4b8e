import type { OtherSession } from "../../../providers/pgindex/src/engine/catalog/sessions/otherSessions.ts";

/** Another session, at work on the table. */
export const SESSION: OtherSession = {
  pid: 7,
  user: "app",
  application: "psql",
  state: "active",
  backendType: "client backend",
  statement: "SELECT 1",
  ageSeconds: 3,
  waitSeconds: null,
  mode: null,
};
