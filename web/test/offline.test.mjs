// The page without a network, and beside another version of itself.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { dist, figure, launch, serve, visit } from "./chromium.mjs";

const here = dirname(fileURLToPath(import.meta.url));
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

const controlled = (page) => page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated");

/** A report as a file: needs parts of the page that the first figures do not. */
async function html(page) {
  await page.click("#tab-export");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "HTML", exact: true }).click()]);
  return readFile(await download.path(), "utf8");
}

test("after the first visit the page needs no server", async () => {
  const server = await serve();
  const { page, context, said } = await visit(browser, server.address);
  await controlled(page);
  server.end();
  await page.reload();
  assert.equal(await figure(page, "macs"), "300,774,272");
  assert.match(await html(page), /^<!doctype html>[^]*Observable[^]*<\/html>\s*$/);
  assert.deepEqual(said, []);
  await context.close();
});

/** The version of a built page. */
const versionOf = async (folder) => (await readdir(folder)).find((name) => /^[0-9a-f]{16}$/.test(name));

test("two versions never mix: an open page keeps its own, a reload shows the newer", async () => {
  const [first, scratch] = [await versionOf(dist), await mkdtemp(join(tmpdir(), "mbgen-page-"))];
  const folder = join(scratch, "second");
  await cp(join(dist, first), folder, { recursive: true });
  const index = await readFile(join(dist, "index.html"), "utf8");
  await writeFile(join(folder, "index.html"), index.replaceAll(`${first}/`, "").replace("<h1>mbgen", "<h1>second"));
  execFileSync("node", [join(here, "../finish.mjs"), folder]);
  const second = await versionOf(folder);
  assert.notEqual(first, second);

  const server = await serve();
  const { page, context, said } = await visit(browser, server.address);
  await controlled(page);
  let asked = [];
  context.on("request", (request) => asked.push(request.url()));
  const parts = () => new Set(asked.map((url) => /\/([0-9a-f]{16})\//.exec(url)?.[1]).filter(Boolean));
  server.folder = folder;
  await page.evaluate(async () => {
    const changed = new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }));
    await (await navigator.serviceWorker.ready).update();
    await changed;
  });
  // What an open page loads only now is of its own version, which the server no longer has.
  asked = [];
  await html(page);
  await page.click("#tab-arena");
  await page.locator("#view summary").click();
  await page.getByRole("button", { name: "Write out the planner's" }).click();
  await page.waitForFunction(() => document.querySelector("#view textarea")?.value.includes("panel"));
  assert.equal(await page.locator("h1").textContent(), "mbgen");
  assert.deepEqual([...parts()], [first]);
  asked = [];
  await page.reload();
  await page.waitForFunction(() => document.querySelector("#headline strong")?.textContent);
  await html(page);
  assert.equal(await page.locator("h1").textContent(), "second");
  assert.deepEqual([...parts()], [second]);
  assert.deepEqual(said, []);
  await context.close();
  server.end();
  await rm(scratch, { recursive: true });
});
