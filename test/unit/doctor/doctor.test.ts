import { expect, test } from "vitest";
import {
  examineMachine,
  examineNode,
  examinePulumiVersion,
} from "../../../providers/pgindex/src/doctor/machineChecks.ts";

test.each([
  ["20.19.1", "problem"],
  ["22.11.0", "problem"],
  ["22.12.0", "ok"],
  ["24.1.0", "ok"],
])("Node.js %s: %s", (version, level) => {
  expect(examineNode(version)).toMatchObject({ check: "Node.js", level });
});

test.each([
  ["v3.199.0", "warning"],
  ["v3.200.0", "ok"],
  ["v3.258.0", "ok"],
  ["v4.0.0", "ok"],
  ["dev", "warning"],
])("Pulumi %s: %s", (version, level) => {
  expect(examinePulumiVersion(version)).toMatchObject({ check: "Pulumi CLI", level });
});

test("a machine without Pulumi", async () => {
  expect(await examineMachine({ PATH: "/nowhere" })).toEqual([
    expect.objectContaining({ check: "Node.js", level: "ok" }),
    {
      check: "Pulumi CLI",
      level: "problem",
      detail: "there is no pulumi on PATH",
      fix: "install it: https://www.pulumi.com/docs/install/",
    },
  ]);
});
