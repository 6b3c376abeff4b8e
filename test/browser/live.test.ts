// The live page as a browser gets it: with a password, and under its headers' policy.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createMigrationHealth } from "../../providers/pgindex/src/health.ts";
import { violations } from "../support/report/axe.ts";
import { noChromium, startChromium } from "../support/report/chromium.ts";
import { PRODUCTION, stackOf } from "../support/report/report.ts";

const TOKEN = "a-token-that-is-long-enough";
const NO_DATABASE = "postgresql://nobody@127.0.0.1:1/none";

describe.skipIf(noChromium)(
  `the live page in Chromium${noChromium ? `: ${noChromium}` : ""}`,
  () => {
    let browser: Browser;
    let server: Server;
    let url: string;
    beforeAll(async () => {
      browser = await startChromium();
      const state = stackOf("production", PRODUCTION);
      const health = createMigrationHealth({ state, token: TOKEN, databaseUrl: NO_DATABASE });
      server = createServer(health.report.node);
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    });
    afterAll(async () => {
      await browser?.close();
      server?.close();
    });

    test("the password is the token, whatever the name", async () => {
      const ask = async (password: string) => {
        const page = await browser.newPage({ httpCredentials: { username: "x", password } });
        const status = (await page.goto(url))?.status();
        const title = await page.title();
        await page.close();
        return { status, title };
      };
      expect(await ask(TOKEN)).toEqual({ status: 503, title: "Indexes of production" });
      expect(await ask("another")).toMatchObject({ status: 401, title: "" });
    });

    test("it looks as written under its headers' policy, and axe finds nothing wrong", async () => {
      const page = await browser.newPage({ httpCredentials: { username: "", password: TOKEN } });
      const refused: string[] = [];
      page.on("console", (message) => refused.push(message.text()));
      await page.goto(url);
      expect(refused.filter((text) => /policy/i.test(text))).toEqual([]);
      const style =
        "[getComputedStyle(document.body).maxWidth, document.querySelectorAll('.chart').length]";
      expect(await page.evaluate(style)).toEqual(["1152px", 3]);
      expect(await page.locator(".problem").textContent()).toContain(
        "cannot connect to 127.0.0.1:1",
      );
      expect(await violations(page)).toEqual([]);
      await page.close();
    });
  },
);
