// Measures what the page promises: node test/measure.mjs. Figures of a loaded machine mean little.

import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

import { dist, launch, serve, visit, write } from "./chromium.mjs";

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Milliseconds from a key to the figures of the headline, over some keys. */
async function keys(page, count) {
  return page.evaluate(async (count) => {
    const tile = document.querySelector("#headline small");
    const slider = document.querySelector("#width");
    const times = [];
    for (let i = 0; i < count; i += 1) {
      const changed = new Promise((resolve) => {
        const observer = new MutationObserver(() => {
          observer.disconnect();
          resolve();
        });
        observer.observe(tile, { childList: true, characterData: true, subtree: true });
      });
      const start = performance.now();
      slider.value = 0.5 + 0.05 * (i % 20);
      slider.dispatchEvent(new Event("input"));
      await changed;
      times.push(performance.now() - start);
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
    return times;
  }, count);
}

const [browser, server] = await Promise.all([launch(), serve()]);
const first = [];
for (let i = 0; i < 5; i += 1) {
  const start = performance.now();
  const { page, context } = await visit(browser, server.address);
  first.push(performance.now() - start);
  if (i === 4) console.log(`setting to headline, V2: median ${median(await keys(page, 60)).toFixed(1)} ms`);
  await context.close();
}
console.log(`first visit to first figures: median ${median(first).toFixed(0)} ms`);

const { page, context } = await visit(browser, server.address);
const rows = Array.from({ length: 1000 }, (_, i) => `          - [6, 16, 1, ${i === 0 ? 2 : 1}]`).join("\n");
await write(page, `name: long\ninput: {channels: 3, height: 32, width: 32}\nclasses: 10\nwidth: {multiplier: 1.0, rounding: {make_divisible: 8}}\nstages:\n  features:\n    - conv_bn: {c: 16, s: 2}\n    - inverted_residual:\n        columns: [t, c, n, s]\n        rows:\n${rows}\nhead: [{pool: global_average_pool}, {classifier: linear}]\n`);
await page.waitForFunction(() => document.querySelector("#problems").textContent.includes("long: width"));
await page.locator("#editor .cm-content").press("ControlOrMeta+Home");
const typed = await page.evaluate(async () => {
  const editor = document.querySelector("#editor").shadowRoot.querySelector(".cm-content");
  editor.focus();
  const times = [];
  for (let i = 0; i < 20; i += 1) {
    const start = performance.now();
    document.execCommand("insertText", false, "#");
    await new Promise((resolve) => requestAnimationFrame(resolve));
    times.push(performance.now() - start);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return times;
});
console.log(`a key in a spec of 4,000 layers: median ${median(typed).toFixed(1)} ms to the next frame`);
await context.close();
await browser.close();
server.end();

let total = 0;
const walk = async (folder) => {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== "weights") await walk(path);
    } else if (!/LEGAL|sw\.js/.test(entry.name)) {
      const size = gzipSync(await readFile(path), { level: 9 }).length;
      total += size;
      console.log(`${entry.name}: ${(await stat(path)).size} bytes, ${size} gzip`);
    }
  }
};
await walk(dist);
console.log(`loaded at first: ${total} bytes gzip`);
