import { PostgreSqlContainer } from "@testcontainers/postgresql";
import { getContainerRuntimeClient, ImageName } from "testcontainers";
import { Watchdog } from "../../../tools/embedded/watchdog.ts";
import { SETTINGS, type TestServer } from "./serverSettings.ts";

/** Built by .ci/run on the machine, so that no registry is needed. */
export const LOCAL_IMAGE = "pgindex-test-postgres";
const PUBLIC_IMAGE = "postgres:18";

// Ryuk is an image of its own; the watchdog below removes the container instead.
process.env.TESTCONTAINERS_RYUK_DISABLED = "true";

/** Why there is no Docker engine to use, or nothing when one answers. */
export async function dockerProblem(): Promise<string | undefined> {
  try {
    await getContainerRuntimeClient();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

export async function startContainer(): Promise<TestServer> {
  const image = await chooseImage();
  // The script of a container that outlives us needs the client; without it the engine keeps the
  // container.
  const watchdog = new Watchdog('[ -z "$subject" ] || docker rm --force --volumes "$subject"');
  try {
    const container = await new PostgreSqlContainer(image)
      .withUsername("postgres")
      .withDatabase("postgres")
      .withCommand(["postgres", ...settingFlags()])
      .start();
    watchdog.tell(container.getId());
    return {
      url: container.getConnectionUri(),
      kind: `in a container of ${image}`,
      stop: async () => {
        await container.stop();
        watchdog.cancel();
      },
    };
  } catch (error) {
    watchdog.cancel();
    throw new Error(`a container of the image ${image} did not start: ${(error as Error).message}`);
  }
}

async function chooseImage(): Promise<string> {
  const chosen = process.env.TEST_POSTGRES_IMAGE;
  if (chosen) return chosen;
  const { image } = await getContainerRuntimeClient();
  return (await image.exists(ImageName.fromString(LOCAL_IMAGE))) ? LOCAL_IMAGE : PUBLIC_IMAGE;
}

function settingFlags(): string[] {
  return Object.entries(SETTINGS).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}
