import { beforeAll, describe, expect, test } from "vitest";
import { fill, migrate } from "../../demo/demoData.ts";
import { adviseFor, proposed } from "../support/advise/advising.ts";
import { PHASE3_WORKLOAD } from "../support/advise/phase3.ts";
import { useTwins } from "../support/twin/twins.ts";

describe("the Phase 3 application", () => {
  const twins = useTwins([]);
  beforeAll(async () => {
    await migrate(twins.db.url);
    await fill(twins.db.url, { states: 10_000, messages: 100_000 }, () => undefined);
  });

  test("is advised the two indexes of Phase 3, and nothing else", async () => {
    const advised = await adviseFor(twins, PHASE3_WORKLOAD);
    expect(proposed(advised)).toEqual([
      "conversation_messages(conversation_state_id, created_at)",
      "conversation_states(patient_id, is_active, expires_at)",
    ]);
    expect(advised).toMatchObject({ statements: 16, skipped: { utility: 3 }, unplanned: [] });
    const queries = advised.proposals.flatMap((each) => each.queries);
    expect(queries.find(({ origin }) => origin === "line 3")).toMatchObject({
      calls: 200_000,
      meanMs: 210,
      before: { planType: "Seq Scan", index: null },
      after: { index: "conversation_states_patient_id_is_active_expires_at_idx" },
    });
  });

  test("whichever way a query is written", async () => {
    const literals = PHASE3_WORKLOAD.replaceAll("is_active = $2", "is_active = true")
      .replaceAll("$3", "$2")
      .replace("SET is_active = $2", "SET is_active = false")
      .replace("($1, $2, $2, $4", "($1, $2, $3, $4");
    expect(literals).toMatch(/is_active = true[^$]/);
    expect(proposed(await adviseFor(twins, literals))).toEqual([
      "conversation_messages(conversation_state_id, created_at)",
      "conversation_states(patient_id, is_active, expires_at)",
    ]);
  });

  test("is advised nothing once it has them", async () => {
    await twins.run([
      `CREATE INDEX conversation_states_patient_active_expires_idx
           ON conversation_states (patient_id, is_active, expires_at)`,
      `CREATE INDEX conversation_messages_state_created_idx
           ON conversation_messages (conversation_state_id, created_at)`,
      "VACUUM ANALYZE conversation_states, conversation_messages",
    ]);
    const advised = await adviseFor(twins, PHASE3_WORKLOAD);
    expect(proposed(advised)).toEqual([]);
    expect(advised).toMatchObject({ statements: 16, unplanned: [], notWorth: [] });
  });
});
