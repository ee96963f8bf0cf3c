// What a reload, another tab, the tour and an address keep of a visitor's work.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";

import { figure, site, visit, waitForFigure, write } from "./chromium.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const arch = (name) => readFile(join(here, `../../archs/${name}.yaml`), "utf8");
const V2 = await arch("v2");
const MINE = V2.replace(/^name: .*/m, "name: mine").replace("multiplier: 1.0", "multiplier: 0.5");
const [MACS, HALF, V1] = ["300,774,272", "97,131,840", "533,833,216"];

const all = site();
const { onPage } = all;

/** The fragment of a link that has a state, or any text. */
const link = (state) => `#s=${deflateRawSync(typeof state === "string" ? state : JSON.stringify(state)).toString("base64url")}`;
const change = (page) => page.locator("[data-metric=macs] .change").textContent();
const title = (page, text) => page.waitForFunction((text) => document.querySelector("#problems").textContent.includes(text), text);

async function set(page, field, text) {
  await page.fill(field, text);
  await page.press(field, "Enter");
}

/** Writes a spec of one's own, which is MobileNetV2 at half its width. */
async function mine(page) {
  await write(page, MINE);
  await waitForFigure(page, "macs", HALF);
  await page.waitForFunction((text) => JSON.parse(localStorage.getItem("mbgen-page"))?.text === text, MINE);
}

onPage("the pin survives a reload, though it is another network than the text's", async (page) => {
  await set(page, "#side-exact", "112");
  await title(page, "3×112×112");
  await page.click("#pin");
  await set(page, "#side-exact", "224");
  await waitForFigure(page, "macs", MACS);
  const [before, against] = [await change(page), await page.locator("#pinned").textContent()];
  assert.match(before, /^\+\d+%$/);
  assert.match(against, /3×112×112/);
  await page.reload();
  await waitForFigure(page, "macs", MACS);
  assert.deepEqual([await change(page), await page.locator("#pinned").textContent()], [before, against]);
});

onPage("what is pinned is what the figures are of, whatever the text says by now", async (page) => {
  await write(page, `${V2}\nnonsense: 1\n`);
  await page.locator("#problems button").waitFor();
  await page.click("#pin");
  await page.click("#tab-compare");
  await page.selectOption("#other", "pin");
  await page.locator("#compared td", { hasText: "× 1.000" }).first().waitFor();
  assert.equal(await page.locator("#say").textContent(), "");
});

onPage("while the text is wrong, every view is of the last network that was right", async (page) => {
  await write(page, `${V2}\nnonsense: 1\n`);
  await page.locator("#problems button").waitFor();
  for (const [view, shown] of [["graph", ".picture"], ["sweep", "#sweep-macs svg"], ["compare", "#compared td"], ["gate", "#checks li"], ["export", "pre"]]) {
    await page.click(`#tab-${view}`);
    await page.locator(`#view ${shown}`).first().waitFor();
    assert.equal(await page.locator("#say").textContent(), "", view);
  }
});

onPage("the last key before a reload is kept", async (page) => {
  await mine(page);
  await page.keyboard.type("# the end");
  await page.reload();
  await page.locator("#editor .cm-line", { hasText: "# the end" }).waitFor();
});

onPage("each tab keeps its own spec, and a new one has the last", async (page, context) => {
  await mine(page);
  const other = await context.newPage();
  await other.goto(all.server.address);
  await waitForFigure(other, "macs", HALF);
  await other.selectOption("#specs", "v1");
  await waitForFigure(other, "macs", V1);
  await other.close({ runBeforeUnload: true });
  await page.reload();
  await waitForFigure(page, "macs", HALF);
});

onPage("a link does not take the place of one's own spec until it is changed", async (page, context) => {
  await mine(page);
  const hash = link({ text: await arch("v1"), name: "v1.yaml", view: "rows" });
  await page.evaluate((hash) => (location.hash = hash), hash);
  await waitForFigure(page, "macs", V1);
  await page.goBack();
  await waitForFigure(page, "macs", HALF);
  await page.goForward();
  await waitForFigure(page, "macs", V1);
  const other = await context.newPage();
  await other.goto(all.server.address);
  await waitForFigure(other, "macs", HALF);
  // Changed, it is one's own, and the address no longer says otherwise.
  await set(page, "#classes", "7");
  await title(page, "7 classes");
  await page.waitForFunction(() => location.hash === "");
  await page.reload();
  await title(page, "mobilenet_v1: width 1.0, input 3×224×224, 7 classes");
});

onPage("a link keeps every setting", async (page, context) => {
  await mine(page);
  await set(page, "#width-exact", "0.75");
  await set(page, "#side-exact", "192x160");
  await set(page, "#classes", "7");
  await page.selectOption("#machine", "zen5");
  await page.click("#tab-arena");
  await page.locator("#view summary").click();
  await page.fill("#view textarea", "features.2: {panel: 32, band: 1}");
  await page.locator("#view textarea").blur();
  await page.click("#tab-gate");
  await page.fill("#limits", "macs=1M\ntime=1s");
  await page.click("#tab-compare");
  await page.selectOption("#other", "pin");
  await page.waitForTimeout(500);
  await page.click("#link");
  await page.locator("#say", { hasText: "contains the spec" }).waitFor();
  const kept = (page) => page.evaluate(() => JSON.parse(sessionStorage.getItem("mbgen-page")));
  const other = await (await all.browser.newContext()).newPage();
  await other.goto(await page.evaluate(() => navigator.clipboard.readText()));
  await other.locator("#compared tbody tr").first().waitFor();
  assert.equal(await change(other), await change(page));
  // A comment makes it the visitor's own, which is then kept.
  await other.locator("#editor .cm-content").click();
  await other.keyboard.press("ControlOrMeta+End");
  await other.keyboard.type("#");
  await other.waitForFunction(() => sessionStorage.getItem("mbgen-page"));
  const [sent, { text, ...rest }] = [await kept(page), await kept(other)];
  assert.deepEqual({ ...rest, text: text.replace(/#$/, "") }, sent);
  assert.deepEqual([sent.width, sent.resolution, sent.classes, sent.machine, sent.view, sent.limits], [0.75, [192, 160], 7, "zen5", "compare", ["macs=1M", "time=1s"]]);
  await other.context().close();
});

onPage("the tour gives one's own spec back", async (page) => {
  await mine(page);
  await set(page, "#classes", "7");
  await title(page, "7 classes");
  await page.click("#tour");
  await waitForFigure(page, "macs", V1);
  await page.reload();
  await page.locator("#guide", { hasText: "1 of 8" }).waitFor();
  await page.locator("#guide button").click();
  await title(page, "mine: width 0.5, input 3×224×224, 7 classes");
  assert.equal(await page.evaluate(() => location.hash), "");
});

for (const [what, end] of [
  ["its button", (page) => page.locator("#guide button").click()],
  ["the way back", (page) => page.evaluate(() => (location.hash = ""))],
]) {
  onPage(`a shipped spec has its settings, limits and pin as before a tour that ends by ${what}`, async (page) => {
    await set(page, "#side-exact", "112");
    await title(page, "3×112×112");
    await page.click("#pin");
    await set(page, "#width-exact", "0.5");
    await title(page, "width 0.5");
    await page.click("#tab-gate");
    await page.fill("#limits", "macs=1M");
    const shown = async () => [await change(page), await page.locator("#pinned").textContent(), await page.inputValue("#limits")];
    const before = await shown();
    await page.click("#tour");
    await waitForFigure(page, "macs", V1);
    await page.evaluate(() => (location.hash = "#tour/6"));
    await waitForFigure(page, "macs", MACS);
    await page.click("#tab-gate");
    await page.fill("#limits", "macs=2M");
    await end(page);
    await title(page, "mobilenet_v2: width 0.5, input 3×112×112");
    assert.deepEqual(await shown(), before);
  });
}

onPage("a step of the tour begins without the settings of the one before", async (page) => {
  await page.click("#tour");
  await waitForFigure(page, "macs", V1);
  await set(page, "#width-exact", "0.5");
  await title(page, "width 0.5");
  await page.evaluate(() => (location.hash = "#tour/2"));
  await title(page, "mobilenet_v1: width 1.0");
  assert.ok(await page.locator("#reset").isDisabled());
});

test("addresses that are damaged, empty, of another kind, or name what every object has", async () => {
  for (const [hash, said] of [
    [link(" ".repeat(4 << 20)), /damaged or too long/],
    [link("null"), /damaged or too long/],
    [link({ view: "rows" }), /damaged or too long/],
    [link({ text: V2, name: "v2.yaml" }).slice(0, 200), /damaged or too long/],
    ["#s2=AAAA", /knows nothing by the address #s2=AAAA/],
    ["#tour/9", /knows nothing/],
    [link({ text: V2, name: "v2.yaml", view: "constructor", other: "__proto__", machine: "constructor", pin: { text: "[", name: "x" } }), /^$/],
  ]) {
    const { page, context, said: messages } = await visit(all.browser, all.server.address + hash);
    await waitForFigure(page, "macs", MACS);
    assert.match(await page.locator("#say").textContent(), said);
    assert.equal(await page.locator("#tab-kinds").getAttribute("aria-selected"), "true");
    assert.deepEqual(messages, []);
    await context.close();
  }
});

for (const [name, broken] of [
  ["disabled", () => ["localStorage", "sessionStorage"].forEach((key) => Object.defineProperty(window, key, { get: () => { throw new DOMException("disabled", "SecurityError"); } }))],
  ["full", () => (Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); })],
]) {
  test(`the page works where storage is ${name}`, async () => {
    const { page, context, said } = await visit(all.browser, all.server.address, { prepare: (context) => context.addInitScript(broken) });
    await write(page, MINE);
    await waitForFigure(page, "macs", HALF);
    if (name === "full") await page.locator("#say", { hasText: "a reload loses it" }).waitFor();
    await page.click("text=Dark");
    assert.deepEqual(said, []);
    await context.close();
  });
}

onPage("colours that were chosen are those of the next visit", async (page, context) => {
  const scheme = (page) => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  assert.notEqual(await scheme(page), "dark");
  await page.click("text=Dark");
  const other = await context.newPage();
  await other.goto(all.server.address);
  assert.equal(await scheme(other), "dark");
});

/** Drops a file onto the page, or where a selector says; within the editor, onto its text. */
const drop = (page, name, bytes, selector = "body") =>
  page.locator(selector).evaluate(
    (target, [name, bytes]) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([typeof bytes === "string" ? bytes : new Uint8Array(bytes)], name));
      target.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, composed: true, cancelable: true }));
    },
    [name, bytes],
  );

onPage("files that are neither specs nor state dicts change nothing, wherever they are dropped", async (page) => {
  for (const where of ["body", "#editor .cm-content"]) {
    for (const [name, bytes, said] of [
      ["photo.png", [0x89, 0x50, 0x4e, 0x47, 0xff], /photo\.png is no text/],
      ["huge.safetensors", [0, 0, 0, 0, 0, 0, 0, 64], /huge\.safetensors.* header would have 4,611,686,018,427,387,904 bytes/],
      ["none.SAFETENSORS", [], /0 bytes hold no header/],
    ]) {
      await drop(page, name, bytes, where);
      await page.locator("#say", { hasText: said }).waitFor();
    }
  }
  await page.waitForTimeout(400);
  assert.equal(await page.evaluate(() => JSON.parse(sessionStorage.getItem("mbgen-page")).text), V2);
  assert.equal(await figure(page, "macs"), MACS);
  assert.equal(await page.locator("#problems button").count(), 0);
});

onPage("names of tensors show every character, in the order that it has", async (page) => {
  const header = JSON.stringify({ "a\u202eb\u0085": { dtype: "F32", shape: [1], data_offsets: [0, 4] } });
  const bytes = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  await drop(page, "w\u202e.safetensors", [...length, ...bytes, 0, 0, 0, 0]);
  await page.click("#tab-export");
  await page.locator("#view", { hasText: "1 tensor unknown (a\\u{202e}b\\u{85})" }).waitFor();
  assert.doesNotMatch(await page.locator("body").textContent(), /[\u202e\u0085]/);
});

onPage("a spec that is dropped on the editor takes the place of the text", async (page) => {
  await drop(page, "mine.yaml", MINE, "#editor .cm-content");
  await waitForFigure(page, "macs", HALF);
  await page.waitForFunction((text) => JSON.parse(sessionStorage.getItem("mbgen-page"))?.text === text, MINE);
});
