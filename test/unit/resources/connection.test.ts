// What a Connection hands to its provider, as Pulumi's engine would get it.
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, expect, test } from "vitest";
import { Connection } from "../../../providers/pgindex/src/resources/connection.ts";
import type { ConnectionArgs } from "../../../providers/pgindex/src/resources/connectionArgs.ts";

const handed = new Map<string, Record<string, unknown>>();

beforeAll(() =>
  pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => {
      handed.set(name, inputs);
      return { id: name, state: inputs };
    },
    call: ({ inputs }) => inputs,
  }),
);

/** The configuration of a Connection with these arguments. */
async function configured(name: string, args: object): Promise<Record<string, unknown>> {
  const connection = new Connection(name, args as ConnectionArgs);
  await new Promise((resolve) => connection.urn.apply(resolve));
  return handed.get(name) ?? {};
}

/** One of each argument that there is. */
const EVERYTHING: Required<ConnectionArgs> = {
  url: "postgresql://primary",
  passwordCommand: ["aws", "rds"],
  passwordMaxAge: "5m",
  replicas: { eu: "postgresql://eu" },
  maxConcurrentBuilds: 3,
  maxConcurrentMeasurements: 1,
  maxConnections: 20,
  allowPooler: true,
  role: "owner",
  applicationRole: "app",
  allowCorruptingServer: false,
  whenClientVanishes: "stop",
  ownershipMarks: true,
  predictPlans: true,
  acceptDatabase: "app@1/5",
  reviewedPlan: "plan.json",
  onPlanChange: "warn",
  buildSettings: { maintenanceWorkMem: "2GB", parallelWorkers: 4 },
  hazards: { "old-transaction": "deny" },
  stage: "production",
  waitFor: "1h",
  buildWithin: "6h",
  stallBudget: "10s",
  retries: 2,
  waiters: "warn",
};

test("every argument reaches the provider, and none of them is an unknown one", async () => {
  const config = await configured("all", EVERYTHING);
  expect(config["pgindex:unknownArguments"]).toBeUndefined();
  const names = Object.keys(EVERYTHING).map((name) => `pgindex:${name}`);
  expect(Object.keys(config)).toEqual(expect.arrayContaining(names));
  expect(config["pgindex:buildSettings"]).toBe('{"maintenanceWorkMem":"2GB","parallelWorkers":4}');
  expect(config["pgindex:passwordCommand"]).toBe('["aws","rds"]');
  expect(config["pgindex:retries"]).toBe("2");
});

test("one that there is not is named, and its value goes nowhere", async () => {
  const config = await configured("wrong", { url: "postgresql://x", maxConnection: "hush" });
  expect(config["pgindex:unknownArguments"]).toBe("maxConnection");
  expect(JSON.stringify(config)).not.toContain("hush");
});
