// The provider's process, configured with what it cannot read.
import { expect, test } from "vitest";
import { startProvider } from "../support/pulumi/pulumiProvider.ts";

const INDEX = { table: "t", name: "t_idx", columns: ["a"] };

test.each<[settings: Readonly<Record<string, string>>, what: string]>([
  [
    { maxConcurrentBuilds: "many" },
    'pgindex:maxConcurrentBuilds "many" is not a whole number from 1 to 100',
  ],
  [
    { maxConcurrentBuilds: "0", allowPooler: "yes", replicas: "u:hunter2@eu" },
    "pgindex:replicas (hidden: it can contain passwords) is not a JSON object of names and URLs; " +
      'pgindex:maxConcurrentBuilds "0" is not a whole number from 1 to 100; ' +
      'pgindex:allowPooler "yes" is neither "true" nor "false"',
  ],
])("%o: the first resource tells all that is wrong", async (settings, what) => {
  // Nobody is asked: nothing listens there.
  const provider = await startProvider({ DATABASE_URL: "postgresql://localhost:1/none" });
  const named = Object.entries(settings).map(([name, text]) => [`pgindex:${name}`, text]);
  await provider.configure(Object.fromEntries(named));
  for (let times = 1; times <= 2; times += 1) {
    const answer = String(await provider.create(INDEX));
    expect(answer.split("\n")[0]).toBe(what);
    expect(answer).toContain("pulumi config set pgindex:maxConcurrentBuilds …");
    expect(answer).not.toContain("hunter2");
  }
  provider.interrupt();
  expect(await provider.ended).toBe(0);
});
