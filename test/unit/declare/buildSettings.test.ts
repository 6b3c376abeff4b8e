import { describe, expect, test } from "vitest";
import {
  memorySetting,
  serverSettings,
} from "../../../providers/pgindex/src/engine/declare/buildSettings.ts";
import { parseIndexArgs } from "../../../providers/pgindex/src/engine/declare/parseIndex.ts";

const parse = (buildSettings: unknown) =>
  parseIndexArgs({ table: "t", name: "i", columns: ["a"], buildSettings });

describe("what the builder's session is set to", () => {
  test.each([
    [undefined, {}],
    [{}, {}],
    [{ maintenanceWorkMem: "1MB" }, { maintenance_work_mem: "1024kB" }],
    [{ maintenanceWorkMem: "2048kB" }, { maintenance_work_mem: "2048kB" }],
    [{ maintenanceWorkMem: "512 MB" }, { maintenance_work_mem: "524288kB" }],
    [{ maintenanceWorkMem: "2047GB" }, { maintenance_work_mem: "2146435072kB" }],
    [{ maintenanceWorkMem: "1TB" }, { maintenance_work_mem: "1073741824kB" }],
    [{ parallelWorkers: 0 }, { max_parallel_maintenance_workers: "0" }],
    [
      { maintenanceWorkMem: "2GB", parallelWorkers: 4 },
      { maintenance_work_mem: "2097152kB", max_parallel_maintenance_workers: "4" },
    ],
  ])("%j", async (declared, expected) => {
    const parsed = await parse(declared);
    if (parsed.kind !== "ok") throw new Error(JSON.stringify(parsed));
    expect(serverSettings(parsed.value.policy.buildSettings ?? {})).toEqual(expected);
  });
});

describe("is refused, with what to write", () => {
  const MEMORY = /is not an amount of memory from 1MB to 2047GB.*such as "2GB"/;
  test.each([
    [{ maintenanceWorkMem: "" }, MEMORY],
    [{ maintenanceWorkMem: "2" }, MEMORY],
    [{ maintenanceWorkMem: "2gb" }, MEMORY],
    [{ maintenanceWorkMem: "2 Gi" }, MEMORY],
    [{ maintenanceWorkMem: "0GB" }, MEMORY],
    [{ maintenanceWorkMem: "1023kB" }, MEMORY],
    [{ maintenanceWorkMem: "2TB" }, MEMORY],
    [{ maintenanceWorkMem: "-1GB" }, MEMORY],
    [{ maintenanceWorkMem: "1.5GB" }, MEMORY],
    [{ maintenanceWorkMem: "1GB; SELECT 1" }, MEMORY],
    [{ maintenanceWorkMem: 2 }, /string/],
    [{ parallelWorkers: -1 }, /parallelWorkers/],
    [{ parallelWorkers: 1.5 }, /parallelWorkers/],
    [{ parallelWorkers: 1025 }, /is above 1024/],
    [{ parallelWorkers: "4" }, /number/],
    [{ maintenance_work_mem: "2GB" }, /maintenance_work_mem/],
  ])("%j", async (declared, said) => {
    const parsed = await parse(declared);
    expect(parsed.kind).toBe("problems");
    expect(JSON.stringify(parsed).replaceAll('\\"', '"')).toMatch(said);
  });
});

test.each([
  [0, "1MB"],
  [29.2 * 1024 ** 2, "30MB"],
  [9.99 * 1024 ** 3, "10230MB"],
  [10.5 * 1024 ** 3, "11GB"],
])("%d bytes are written as %s", (bytes, text) => {
  expect(memorySetting(bytes)).toBe(text);
});
