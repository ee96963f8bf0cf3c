// Chromium with the page of a folder, and what it says on the way.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, extname, join, normalize } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
/** The page's files. */
export const dist = process.env.MBGEN_DIST ?? join(here, "../dist");

const TYPES = { ".css": "text/css", ".html": "text/html", ".js": "text/javascript", ".json": "application/json", ".wasm": "application/wasm" };
const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** Serves the page of a folder; the address, and how to end it or to serve another. */
export async function serve(folder = dist) {
  const served = { folder };
  const server = createServer(async (request, answer) => {
    const path = normalize(new URL(request.url, "http://localhost").pathname);
    const file = join(served.folder, path === "/" ? "index.html" : path);
    if (!existsSync(file)) return answer.writeHead(404).end();
    answer.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
    answer.end(await readFile(file));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  served.address = `http://127.0.0.1:${server.address().port}/`;
  served.end = () => {
    server.close();
    server.closeAllConnections();
  };
  return served;
}

export const launch = () => chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGUMENTS });

/** A page of a new visitor; `said` has every message and error of it. */
export async function visit(browser, address, { width = 1280, height = 860, colorScheme = "light", prepare = () => {}, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, acceptDownloads: true, permissions: ["clipboard-read", "clipboard-write"], ...options });
  await prepare(context);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const said = [];
  page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => said.push(`error: ${error.message}`));
  await page.goto(address);
  await page.waitForFunction(() => document.querySelector("#headline strong")?.textContent);
  return { page, context, said };
}

/** A browser and a server, before the tests of a file and until they end. */
export function site() {
  const site = {};
  before(async () => {
    [site.browser, site.server] = await Promise.all([launch(), serve()]);
  });
  after(async () => {
    await site.browser.close();
    site.server.end();
  });
  /** A test with a visitor of its own, whose page must end without any message. */
  site.onPage = (name, run, options = {}) =>
    test(name, async () => {
      const { page, context, said } = await visit(site.browser, site.server.address + (options.hash ?? ""), options);
      await run(page, context);
      assert.deepEqual(said, []);
      await context.close();
    });
  return site;
}

/** The exact text of a metric in the headline. */
export const figure = (page, metric) => page.locator(`[data-metric=${metric}] small`).textContent();

/** Waits until it is what it should be. */
export const waitForFigure = (page, metric, text) => page.waitForFunction(([metric, text]) => document.querySelector(`[data-metric=${metric}] small`)?.textContent === text, [metric, text]);

/** Pastes a text over that of the editor. */
export async function write(page, text) {
  await page.evaluate((text) => navigator.clipboard.writeText(text), text);
  await page.locator("#editor .cm-content").click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.press("ControlOrMeta+v");
}
