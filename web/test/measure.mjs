// Measures what the page promises: node test/measure.mjs. Where others use the machine, only the least of
// each figure means something.

import { readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { dist, launch, serve, visit, write } from "./chromium.mjs";

function print(what, times) {
  const sorted = [...times].sort((a, b) => a - b);
  console.log(`${what}: median ${sorted[sorted.length >> 1].toFixed(1)} ms, least ${sorted[0].toFixed(1)}`);
}

/** Milliseconds from a setting to a change within an element, `count` times. */
const settings = (page, selector, count) =>
  page.evaluate(
    async ([selector, count]) => {
      const slider = document.querySelector("#width");
      const times = [];
      for (let i = 0; i < count; i += 1) {
        const changed = new Promise((resolve) => {
          const observer = new MutationObserver(() => {
            observer.disconnect();
            resolve();
          });
          observer.observe(document.querySelector(selector), { childList: true, characterData: true, subtree: true });
        });
        const start = performance.now();
        slider.value = 0.5 + 0.05 * (i % 20);
        slider.dispatchEvent(new Event("input"));
        await changed;
        times.push(performance.now() - start);
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
      return times;
    },
    [selector, count],
  );

/** Milliseconds from each of `count` keys to its picture, the longest without another picture until the next key, and those of the longest task after them. */
const keys = (page, count) =>
  page.evaluate(async (count) => {
    document.querySelector("#editor").shadowRoot.querySelector(".cm-content").focus();
    const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const times = [];
    const gaps = [];
    for (let i = 0; i < count; i += 1) {
      const end = performance.now() + 100;
      const start = performance.now();
      document.execCommand("insertText", false, "#");
      // Whatever the key sets going, the page paints again and again until the next one.
      let before = start;
      let longest = 0;
      while (before < end) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
        const now = performance.now();
        if (before === start) times.push(now - start);
        longest = Math.max(longest, now - before);
        before = now;
      }
      gaps.push(longest);
    }
    const tasks = [0];
    const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)));
    observer.observe({ type: "longtask" });
    await pause(2500);
    observer.disconnect();
    return { times, gaps, after: Math.max(...tasks) };
  }, count);

/** Has the page note when its first figures are there, from the visit's start on. */
const noted = (context) =>
  context.addInitScript(() => {
    const found = () => document.querySelector("#headline strong")?.textContent;
    const observer = new MutationObserver(() => {
      if (!found()) return;
      globalThis.figures = performance.now();
      observer.disconnect();
    });
    observer.observe(document, { childList: true, characterData: true, subtree: true });
  });

const [browser, server] = await Promise.all([launch(), serve()]);
const first = [];
for (let i = 0; i < 9; i += 1) {
  const { page, context } = await visit(browser, server.address, { prepare: noted });
  first.push(await page.evaluate(() => globalThis.figures));
  if (i === 8) {
    print("a setting to the headline, V2", await settings(page, "#headline", 60));
    print("a setting to the last of four charts, V2", await settings(page, "[data-chart=costs-live]", 60));
  }
  await context.close();
}
print("first visit to first figures", first);

const { page, context } = await visit(browser, server.address);
const rows = Array.from({ length: 1334 }, (_, i) => `          - [6, 16, 1, ${i === 0 ? 2 : 1}]`).join("\n");
await write(page, `name: long\ninput: {channels: 3, height: 32, width: 32}\nclasses: 10\nwidth: {multiplier: 1.0, rounding: {make_divisible: 8}}\nstages:\n  features:\n    - conv_bn: {c: 16, s: 2}\n    - inverted_residual:\n        columns: [t, c, n, s]\n        rows:\n${rows}\nhead: [{pool: global_average_pool}, {classifier: linear}]\n`);
await page.waitForFunction(() => document.querySelector("#problems").textContent.includes("long: width"));
await page.locator("#editor .cm-content").press("ControlOrMeta+End");
// Code that has run before is compiled by then.
await keys(page, 20);
console.log("a key in a spec of 1,334 rows, 4,000 layers and more, by the view that is open:");
for (const view of await page.locator("#views [role=tab]").evaluateAll((tabs) => tabs.map(({ id }) => id.slice(4)))) {
  await page.click(`#tab-${view}`);
  await page.waitForTimeout(2000);
  const { times, gaps, after } = await keys(page, 15);
  print(`  ${view}, key to picture`, times);
  print("    longest without a picture", gaps);
  console.log(`    its drawing, once typing rests: ${after === 0 ? "under 50" : after.toFixed(0)} ms`);
}
await context.close();
await browser.close();
server.end();

const totals = { first: 0, all: 0 };
for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (!entry.isFile() || /LEGAL|sw\.js|safetensors/.test(entry.name)) continue;
  const size = gzipSync(await readFile(path), { level: 9 }).length;
  totals.all += size;
  // Fetched when a page or a crate is made, and kept for visits without a network.
  if (entry.name !== "assets.json") totals.first += size;
  console.log(`${entry.name}: ${(await stat(path)).size} bytes, ${size} gzip`);
}
console.log(`loaded at first: ${totals.first} bytes gzip; with all that is kept: ${totals.all}`);
