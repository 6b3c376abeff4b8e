import { describe, expect, it } from "vitest";
import { countersSettle, LOOKUP, useVerifying } from "../support/engine/verifying.ts";

const v = useVerifying();

describe("the history", () => {
  it("grows with each measuring, and says what it rests on", async () => {
    const first = await v.create();
    expect(first.usage.summary).toBe("not known yet: there is only one sample");
    const second = await v.refresh(first);
    expect(second.usage.unusedSince).toBe(first.verifiedAt);
    expect(second.history).toMatchObject({
      queries: [LOOKUP.name],
      samples: [
        { at: first.verifiedAt, traffic: 0, plans: ["Index Scan"], ms: [expect.any(Number)] },
        { at: second.verifiedAt, traffic: 0, bytes: second.usage.sizeBytes },
      ],
    });
    await v.traffic(2);
    const third = await v.refresh(second);
    expect(third.usage).toMatchObject({
      unusedSince: null,
      summary: expect.stringMatching(/^used: 2 scans by traffic from .* 3 samples$/),
    });
  });

  it.each([
    ["pg_stat_reset", "SELECT pg_stat_reset()"],
    [
      "pg_stat_reset_single_table_counters",
      "SELECT pg_stat_reset_single_table_counters('orders_customer_idx'::regclass)",
    ],
  ])("begins its window again after %s, though more was scanned since", async (_name, reset) => {
    const first = await v.create();
    await v.traffic(2);
    const second = await v.refresh(first);
    await v.database.query(reset);
    await countersSettle();
    await v.traffic(5);
    const third = await v.refresh(second);
    expect(third.usage.trafficScans).toBe(5);
    expect(third.history.samples.at(-1)?.restarted).toMatch(/^the counters were reset at \d{4}-/);
    expect(third.usage).toMatchObject({
      unusedSince: null,
      summary: expect.stringMatching(/there is only one sample \(the window starts there: /),
    });
  });

  it("does not call a unique index unused", async () => {
    await v.database.query("DROP INDEX orders_customer_idx");
    await v.database.query("CREATE UNIQUE INDEX orders_customer_idx ON orders (customer)");
    const second = await v.refresh(await v.create());
    expect(second.usage).toMatchObject({
      enforces: true,
      unusedSince: null,
      summary: expect.stringMatching(/^needed even without scans, because it enforces a rule/),
    });
  });

  it("stays small in the state", async () => {
    let outputs = await v.create();
    for (let i = 0; i < 3; i += 1) outputs = await v.refresh(outputs);
    const [sample] = outputs.history.samples;
    expect(JSON.stringify(sample).length).toBeLessThan(160);
  });
});

describe("replicas", () => {
  it("that do not answer are warned of, and nothing is called unused", async () => {
    const secret = "of-the-replica";
    const eu = new URL(v.database.url);
    eu.port = "1";
    eu.password = secret;
    v.target = { ...v.target, replicas: { eu: { url: eu.href }, self: { url: v.database.url } } };
    const outputs = await v.refresh(await v.create());
    expect(outputs.usage).toMatchObject({
      isExact: false,
      unusedSince: null,
      summary: expect.stringMatching(/^unknown: eu, self did not answer/),
      replicas: [
        { name: "eu", scans: null },
        { name: "self", scans: null },
      ],
    });
    const said = v.recorder.lines.join("\n");
    expect(said).toMatch(/on the replica eu: cannot connect to/);
    expect(said).toMatch(/on the replica self: it accepts writes, so it is not a standby/);
    expect(JSON.stringify(outputs) + said).not.toContain(secret);
  });
});
