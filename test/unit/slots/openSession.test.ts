import { expect, test } from "vitest";
import { openInReservation } from "../../../providers/pgindex/src/engine/slots/openSession.ts";
import {
  type Server,
  withSlots,
} from "../../../providers/pgindex/src/engine/slots/slotReservation.ts";

/** What others on the server see of us, and how many are left where it has eleven. */
function scene(name: string) {
  const server: Server = { target: { url: `postgres://${name}` }, session: { maxConnections: 10 } };
  const begun: string[] = [];
  const limits = { role: "r", database: "d", roleLimit: -1, databaseLimit: -1 };
  const open = (session: string) =>
    openInReservation(server, async (look) => {
      begun.push(session);
      const row = { ...limits, serverLimit: 11, serverUsed: begun.length };
      await look?.(async <Row>() => [row as Row], undefined);
      return { session, closed: new Promise<void>(() => {}) };
    });
  return { server, begun, open };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

test("the next work's first session waits until the second one of the work before is open", async () => {
  const { server, begun, open } = scene("two");
  let goOn = () => {};
  const slow = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const first = withSlots(server, { sessions: 2 }, async () => {
    await open("1a");
    await slow;
    await open("1b");
  });
  const second = withSlots(server, { sessions: 2 }, async () => {
    await open("2a");
    await open("2b");
  });
  await turn();
  expect(begun).toEqual(["1a"]);
  goOn();
  await Promise.all([first, second]);
  expect(begun).toEqual(["1a", "1b", "2a", "2b"]);
});

test("nor does it wait for a session that is not opened any more", async () => {
  const { server, begun, open } = scene("given-up");
  const first = withSlots(server, { sessions: 2 }, async () => {
    await open("1a");
    throw new Error("given up");
  });
  const second = withSlots(server, { sessions: 1 }, () => open("2a"));
  await expect(first).rejects.toThrow("given up");
  await second;
  expect(begun).toEqual(["1a", "2a"]);
});
