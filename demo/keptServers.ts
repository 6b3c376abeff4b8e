import { rm } from "node:fs/promises";
import type { CleanUp } from "./cleanUp.ts";
import { configFile, ENVIRONMENT, PLACE, shownPath } from "./demoPaths.ts";
import { removeServers, runningServers } from "./demoServers.ts";
import { writeEnvironment } from "./pulumiEnvironment.ts";
import type { Scene } from "./scene.ts";
import type { Screen } from "./screen.ts";

/** Keeps servers and stacks running, and says how to continue with them. */
export async function keep(
  { screen, env, staging, production }: Scene,
  cleanUp: CleanUp,
): Promise<void> {
  await writeEnvironment(env, {
    STAGING_URL: staging.database.url,
    PRODUCTION_URL: production.database.url,
  });
  for (const { database } of [staging, production]) database.server.keep();
  cleanUp.forget();
  const file = `--config-file ${shownPath(configFile("production"))}`;
  screen.title(
    "Kept: both servers are running and both stacks exist. To continue, in this folder:",
  );
  for (const line of [
    `source ${shownPath(ENVIRONMENT)}`,
    "pulumi stack output verification --stack production --json",
    `pulumi preview --diff --stack production ${file}`,
    `pulumi refresh --run-program --stack production ${file}`,
    `psql "$PRODUCTION_URL"`,
    `pulumi destroy --stack production ${file}`,
    "npm start -- --stop",
  ])
    screen.command(line);
}

/** Stops whatever an earlier run kept. */
export async function stopKept(screen: Screen): Promise<void> {
  const stopped = await screen.during("stopping the servers", () => removeServers());
  await rm(PLACE, { recursive: true, force: true });
  screen.say(
    stopped.length > 0
      ? `Stopped and removed: ${stopped.join(" and ")}, and their stacks.`
      : "No server in this folder was running.",
  );
}

/** A second run would take the servers away from the first. */
export async function makeWay(): Promise<void> {
  const running = runningServers();
  if (running.length > 0)
    throw new Error(
      `the servers in this folder are running (${running.join(", ")}): wait for the other run ` +
        "to end, or stop what it kept: npm start -- --stop",
    );
  await removeServers();
}
