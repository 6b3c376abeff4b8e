import { describe, expect, test } from "vitest";
import type { WhenClientVanishes } from "../../../providers/pgindex/src/engine/session/database.ts";
import {
  vanishingSettings,
  vanishingWarning,
} from "../../../providers/pgindex/src/engine/session/settings/vanishingClient.ts";

describe("what the server does with a build whose client is gone", () => {
  test.each<[when: WhenClientVanishes, version: number, interval: string | undefined]>([
    ["finish", 180_004, "0"],
    ["finish", 140_000, "0"],
    ["stop", 140_000, "500ms"],
    // Before 14 the server has no such setting, and would refuse it.
    ["finish", 130_023, undefined],
    ["stop", 130_023, undefined],
  ])("%s on %i", (when, version, interval) => {
    const settings = vanishingSettings(when, version);
    expect(settings.client_connection_check_interval).toBe(interval);
  });

  test("is said where it cannot be what was asked for", () => {
    expect(vanishingWarning("stop", 130_023)).toMatch(/needs PostgreSQL 14: this server finishes/);
    expect(vanishingWarning("stop", 140_000)).toBeUndefined();
    expect(vanishingWarning("finish", 130_023)).toBeUndefined();
  });
});
