// What a Connection, the stack and the environment say, read once.
import { describe, expect, test } from "vitest";
import schema from "../../../providers/pgindex/schema.json" with { type: "json" };
import {
  databaseFrom,
  settingProblems,
} from "../../../providers/pgindex/src/provider/settings/connectionSettings.ts";

type Texts = Readonly<Record<string, string>>;

/** Reads settings, written without their `pgindex:`. */
function read(texts: Texts, env: Texts = {}) {
  return databaseFrom((key) => texts[key.replace(/^pgindex:/, "")], env);
}

function refusal(texts: Texts, env?: Texts): string {
  try {
    return `accepted: ${JSON.stringify(read(texts, env))}`;
  } catch (error) {
    return (error as Error).message;
  }
}

const DEFAULTS = {
  target: { url: undefined },
  session: {
    allowPooler: false,
    allowCorruptingServer: false,
    role: undefined,
    whenClientVanishes: "finish",
    acceptDatabase: undefined,
    maxConnections: 10,
  },
  replicas: {},
  maxConcurrentBuilds: 2,
  maxConcurrentMeasurements: 2,
  ownershipMarks: true,
  predictPlans: true,
  buildSettings: {},
  patience: {},
  hazards: {},
};

describe("what is not set has its default", () => {
  test("and an empty text is not set", () => {
    expect(read({})).toEqual(DEFAULTS);
    const names = ["url", "databaseUrl", "replicas", "maxConcurrentBuilds", "allowPooler", "role"];
    const others = ["allowCorruptingServer", "whenClientVanishes", "waitFor", "buildWithin"];
    const bounds = [
      "passwordCommand",
      "passwordMaxAge",
      "maxConcurrentMeasurements",
      "maxConnections",
      "stallBudget",
    ];
    const more = [
      ...bounds,
      "buildSettings",
      "ownershipMarks",
      "predictPlans",
      "acceptDatabase",
      "retries",
      "waiters",
      "hazards",
      "stage",
    ];
    const all = [...names, ...others, ...more].map((name) => [name, ""]);
    expect(read(Object.fromEntries(all), { DATABASE_URL: "" })).toEqual(DEFAULTS);
  });

  test.each<[texts: Texts, env: Texts, url: string | undefined]>([
    [{ url: "own", databaseUrl: "stack" }, { DATABASE_URL: "env" }, "own"],
    [{ databaseUrl: "stack" }, { DATABASE_URL: "env" }, "stack"],
    [{ url: "", databaseUrl: "" }, { DATABASE_URL: "env" }, "env"],
  ])("the URL: the Connection's, the stack's, the environment's: %o %o", (texts, env, url) => {
    expect(read(texts, env).target).toEqual({ url });
  });
});

test("everything that can be set", () => {
  const database = read({
    url: "postgresql://primary",
    replicas: '{"eu": "postgresql://eu"}',
    passwordCommand: '["aws", ""]',
    passwordMaxAge: "1m",
    maxConcurrentBuilds: "100",
    maxConcurrentMeasurements: "1",
    maxConnections: "3",
    stallBudget: "500ms",
    allowPooler: "true",
    role: "App Owner",
    allowCorruptingServer: "false",
    whenClientVanishes: "stop",
    ownershipMarks: "false",
    predictPlans: "false",
    acceptDatabase: "app@1/5",
    buildSettings: '{"maintenanceWorkMem": "2GB", "parallelWorkers": 4}',
    waitFor: "30m",
    buildWithin: "6h",
    retries: "0",
    waiters: "yield",
    hazards: '{"old-transaction": "deny"}',
    stage: "production",
  });
  const passwordCommand = { command: ["aws", ""], maxAgeMs: 60_000 };
  expect(database).toEqual({
    target: { url: "postgresql://primary", passwordCommand },
    session: {
      allowPooler: true,
      allowCorruptingServer: false,
      role: "App Owner",
      whenClientVanishes: "stop",
      acceptDatabase: "app@1/5",
      maxConnections: 3,
    },
    replicas: { eu: { url: "postgresql://eu", passwordCommand } },
    maxConcurrentBuilds: 100,
    maxConcurrentMeasurements: 1,
    ownershipMarks: false,
    predictPlans: false,
    buildSettings: { maintenanceWorkMem: 2_097_152, parallelWorkers: 4 },
    patience: {
      waitForMs: 1_800_000,
      buildWithinMs: 21_600_000,
      stallBudgetMs: 500,
      retries: 0,
      waiters: "yield",
    },
    hazards: { "old-transaction": { action: "deny" } },
    stage: "production",
  });
});

test("by default there are as many connections as the builds and measurements need", () => {
  const { session } = read({ maxConcurrentBuilds: "20", maxConcurrentMeasurements: "4" });
  expect(session.maxConnections).toBe(68);
});

test("an argument of the Connection that does not exist is refused, never its value", () => {
  expect(refusal({ unknownArguments: "maxConnection,uri", url: "postgresql://hush" })).toBe(
    "refused: the Connection has no arguments maxConnection, uri\n" +
      "  why: what it was meant to set would not be set\n" +
      '  fix: maxConnection: did you mean "maxConnections"?; uri: did you mean "url"?',
  );
  expect(refusal({ unknownArguments: "colour" })).toContain("fix: colour: remove it");
});

test.each<[text: string, what: string, fix: string]>([
  [
    '{"maintenanceWorkMem": "2XB"}',
    'pgindex:buildSettings.maintenanceWorkMem "2XB" is not an amount of memory from 1MB to 2047GB',
    'such as "2GB": pulumi config set --path pgindex:buildSettings.maintenanceWorkMem …',
  ],
  [
    '{"parallelWorkers": 2000}',
    'pgindex:buildSettings.parallelWorkers "2000" is above 1024',
    "pulumi config set --path pgindex:buildSettings.parallelWorkers …",
  ],
  ["2GB", 'pgindex:buildSettings "2GB" is not an object', 'such as {"maintenanceWorkMem": "2GB"}'],
  ["null", 'pgindex:buildSettings "null" is not an object', "write one"],
])("buildSettings: %s is refused, with its path", (text, what, fix) => {
  const said = refusal({ buildSettings: text });
  expect(said).toContain(what);
  expect(said).toContain(fix);
});

describe("what cannot be read is refused, with its name and what to write", () => {
  test.each<[name: string, values: string[], what: string, fix: string]>([
    [
      "maxConcurrentBuilds",
      ["many", "0", "101", "-1", "2.5", "1e1", " 2", "0x2"],
      "is not a whole number from 1 to 100",
      'write one, such as "2"',
    ],
    [
      "maxConcurrentMeasurements",
      ["many", "0", "101", "NaN"],
      "is not a whole number from 1 to 100",
      'write one, such as "2"',
    ],
    [
      "maxConnections",
      ["all", "2", "1001", "NaN"],
      "is not a whole number from 3 to 1000",
      'write one, such as "10"',
    ],
    [
      "passwordCommand",
      ["aws", "1", "null"],
      "is not a program and its arguments",
      'write a list, such as ["aws", "rds", "generate-db-auth-token", "--hostname", "…"]',
    ],
    [
      "passwordMaxAge",
      ["10", "soon"],
      "is not a length of time",
      'write a number with a unit, such as "24h" or "30s"',
    ],
    [
      "retries",
      ["often", "-1", "1.5", "1001", "99999999999999999999"],
      "is not a whole number from 0 to 1000",
      'write one, such as "9"',
    ],
    [
      "allowPooler",
      ["yes", "True", "1", "on"],
      'is neither "true" nor "false"',
      'write "true" or "false"',
    ],
    [
      "allowCorruptingServer",
      ["no", "FALSE"],
      'is neither "true" nor "false"',
      'write "true" or "false"',
    ],
    ["whenClientVanishes", ["abort"], "is neither of the two", 'write "finish" or "stop"'],
    ["waiters", ["kill"], "is not one of the three", 'write "warn", "yield" or "cancel"'],
    [
      "waitFor",
      ["soon", "30", "-1h"],
      "is not a length of time",
      'write a number with a unit, such as "24h" or "30s"',
    ],
    [
      "buildWithin",
      ["6"],
      "is not a length of time",
      'write a number with a unit, such as "24h" or "30s"',
    ],
  ])("%s", (name, values, what, fix) => {
    for (const value of values)
      expect(refusal({ [name]: value })).toBe(
        [
          `pgindex:${name} "${value}" ${what}`,
          "  why: it applies to every operation on this database, " +
            "so nothing starts before it can be read",
          `  fix: ${fix}: pulumi config set pgindex:${name} …, or the argument of the Connection`,
        ].join("\n"),
      );
  });

  test("several at once", () => {
    const texts = { maxConcurrentBuilds: "many", allowPooler: "yes", role: "app", waiters: "kill" };
    expect(refusal(texts)).toBe(
      [
        'pgindex:maxConcurrentBuilds "many" is not a whole number from 1 to 100; ' +
          'pgindex:allowPooler "yes" is neither "true" nor "false"; ' +
          'pgindex:waiters "kill" is not one of the three',
        "  why: they apply to every operation on this database, " +
          "so nothing starts before they can be read",
        '  fix: write one, such as "2": pulumi config set pgindex:maxConcurrentBuilds …, ' +
          'or the argument of the Connection; write "true" or "false": ' +
          "pulumi config set pgindex:allowPooler …, or the argument of the Connection; " +
          'write "warn", "yield" or "cancel": ' +
          "pulumi config set pgindex:waiters …, or the argument of the Connection",
      ].join("\n"),
    );
  });
});

describe("a secret is never repeated", () => {
  test.each([
    "postgresql://u:hunter2@eu",
    '["postgresql://u:hunter2@eu"]',
    '{"postgresql://u:hunter2@eu": 1}',
    '{"eu": ""}',
    '"hunter2"',
    "null",
    '{"eu": "postgresql://u:hunter2@eu"',
  ])("replicas %s", (replicas) => {
    const message = refusal({ replicas, waitFor: "soon" }, { DATABASE_URL: "u:hunter2@primary" });
    expect(message.split("; ").slice(0, 2)).toEqual([
      "pgindex:replicas (hidden: it can contain passwords) is not a JSON object of names and URLs",
      expect.stringMatching(/^pgindex:waitFor "soon" /),
    ]);
    expect(message).toContain("pulumi config set --secret pgindex:replicas …");
    expect(message).not.toMatch(/hunter2|accepted/);
  });

  test("nor a URL that stands where it does not belong", () => {
    const message = refusal({ maxConcurrentBuilds: "postgresql://u:hunter2@eu" });
    expect(message).toMatch(/^pgindex:maxConcurrentBuilds \(hidden: it can contain passwords\) is/);
    expect(message).not.toContain("hunter2");
  });
});

test.each(Object.keys(schema.config.variables))(
  "%s is a setting of both providers, as their schema says",
  (name) => {
    const problems = settingProblems({ [name]: "plan.json" }).map(({ message }) => message);
    expect(problems).not.toContain("is no setting of pgindex");
  },
);
