// The page as people use it, in headless Chromium: node --test web/test

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";

import { unzipSync } from "fflate";

import { figure, site, visit, waitForFigure, write } from "./chromium.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const arch = (name) => readFile(join(here, `../../archs/${name}.yaml`), "utf8");

const SMALL = `name: small
input: {channels: 3, height: 32, width: 32}
classes: 10
width: {multiplier: 1.0, rounding: {make_divisible: 8}}
stages:
  features:
    - conv_bn: {c: 16, s: 2}
    - inverted_residual:
        columns: [t, c, n, s]
        rows:
          - [1, 8, 1, 1]
          - [6, 16, 2, 2]
head: [{pool: global_average_pool}, {classifier: linear}]
`;

const all = site();
const { onPage } = all;

onPage("the first visit shows MobileNetV2's published figures", async (page) => {
  assert.equal(await figure(page, "macs"), "300,774,272");
  assert.equal(await figure(page, "params"), "3,504,872");
  assert.equal(await page.locator("[data-metric=peak] strong").textContent(), "6.02 MB");
});

onPage("typing changes the figures", async (page) => {
  await write(page, SMALL);
  await page.waitForFunction(() => document.querySelector("#problems").textContent.includes("small: width 1.0"));
  const before = await figure(page, "macs");
  await write(page, SMALL.replace("c: 16, s: 2", "c: 32, s: 2"));
  await page.waitForFunction((before) => document.querySelector("#headline small").textContent !== before, before);
});

onPage("errors stand at their places, all at once, and a suggestion mends one", async (page) => {
  await write(page, SMALL.replace("classes: 10", "clases: 10").replace("[6, 16, 2, 2]", "[6, 16, 2]"));
  await page.locator("#problems button").nth(1).waitFor();
  assert.ok((await page.locator("#editor .cm-lintRange-error").count()) >= 2);
  assert.ok(await page.evaluate(() => document.body.classList.contains("stale")));
  const mark = page.locator("#editor .cm-lintRange-error", { hasText: /^clases$/ });
  await mark.hover();
  const action = page.locator("#editor .cm-diagnosticAction", { hasText: "classes" });
  await action.click();
  await page.waitForFunction(() => document.querySelectorAll("#problems button").length === 1);
  await write(page, SMALL);
  await page.waitForFunction(() => !document.body.classList.contains("stale"));
});

onPage("completion knows keys and words of the schema", async (page) => {
  await write(page, "name: x\n");
  const complete = async (typed, expected) => {
    await page.keyboard.type(typed);
    await page.locator("#editor .cm-tooltip-autocomplete li", { hasText: expected }).first().waitFor();
    await page.keyboard.press("Escape");
  };
  await complete("padd", "padding");
  await page.keyboard.type("ing: ");
  await complete("sy", "symmetric");
});

onPage("sliders never edit the text until a button writes them in", async (page) => {
  const text = () => page.evaluate(() => JSON.parse(localStorage.getItem("mbgen-page")).text);
  await page.fill("#width-exact", "0.75");
  await page.press("#width-exact", "Enter");
  const golden = JSON.parse(await readFile(join(here, "../../tests/data/golden/totals.json"), "utf8"));
  const { macs } = golden.find(({ model, width_mult, res }) => model === "v2" && width_mult === 0.75 && res === 224);
  await waitForFigure(page, "macs", macs.toLocaleString("en-US"));
  assert.match(await page.locator("#headline .change").first().textContent(), /^−\d+%$/);
  await page.waitForFunction(() => JSON.parse(localStorage.getItem("mbgen-page"))?.width === 0.75);
  assert.equal(await text(), await arch("v2"));
  await page.click("#write");
  await page.waitForFunction(() => document.querySelector("#write").disabled);
  await page.waitForFunction(() => JSON.parse(localStorage.getItem("mbgen-page")).text.includes("multiplier: 0.75"));
  assert.equal(await page.inputValue("#width-exact"), "0.75");
});

onPage("after Enter a field shows what is in force", async (page) => {
  for (const [field, own, refused, said] of [
    ["#width-exact", "1", "-3", "-3 is no width"],
    ["#side-exact", "224", "224.5", "224.5 is no resolution"],
    ["#classes", "1000", "0", "0 is no number of classes"],
  ]) {
    for (const typed of [refused, ""]) {
      await page.fill(field, typed);
      await page.press(field, "Enter");
      await page.waitForFunction(([field, own]) => document.querySelector(field).value === own, [field, own]);
      await page.locator("#say", { hasText: said }).waitFor();
    }
  }
});

onPage("changes are against the pin", async (page) => {
  await page.fill("#side-exact", "112");
  await page.press("#side-exact", "Enter");
  await page.waitForFunction(() => document.querySelector("[data-metric=macs] .change")?.textContent.startsWith("−"));
  await page.click("#pin");
  await page.waitForFunction(() => document.querySelector("[data-metric=macs] .change")?.textContent === "");
  assert.match(await page.locator("#against").textContent(), /3×112×112/);
});

for (const width of [360, 1280]) {
  onPage(
    `labels beside their changes are whole at ${width} px`,
    async (page) => {
      await page.fill("#width-exact", "0.5");
      await page.press("#width-exact", "Enter");
      await page.locator("[data-metric=macs] .change", { hasText: "%" }).waitFor();
      const cut = await page.locator(".tiles dt :first-child").evaluateAll((labels) => labels.filter((label) => label.scrollWidth > label.clientWidth).map((label) => label.textContent));
      assert.deepEqual(cut, []);
    },
    { width },
  );
}

onPage("a link carries spec and settings", async (page, context) => {
  await write(page, SMALL);
  await page.fill("#classes", "7");
  await page.press("#classes", "Enter");
  await page.waitForFunction(() => document.querySelector("#problems").textContent.includes("7 classes"));
  await page.click("#link");
  await page.waitForFunction(() => document.querySelector("#say").textContent.includes("contains the spec"));
  const address = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(address, /#s=[\w-]+$/);
  const other = await context.newPage();
  await other.goto(address);
  await other.waitForFunction(() => document.querySelector("#problems").textContent.includes("small") && document.querySelector("#problems").textContent.includes("7 classes"));
});

onPage("a link carries the schedule, too, and one that would be too long is refused", async (page, context) => {
  const schedule = "features.2: {panel: 32, band: 1}\n";
  await page.click("#tab-arena");
  await page.locator("#view summary").click();
  await page.fill("#view textarea", schedule);
  await page.locator("#view textarea").blur();
  await page.waitForFunction(() => JSON.parse(localStorage.getItem("mbgen-page"))?.schedule);
  await page.click("#link");
  await page.waitForFunction(() => document.querySelector("#say").textContent.includes("contains the spec"));
  const address = await page.evaluate(() => navigator.clipboard.readText());
  const other = await context.newPage();
  await other.goto(address);
  await other.locator("#view textarea").waitFor();
  assert.equal(await other.inputValue("#view textarea"), schedule);
  await other.click("#tab-export");
  await other.locator("#view pre", { hasText: "--schedule schedule.yaml" }).waitFor();
  // An open page follows a link that is pasted over, schedule and view included.
  await page.click("#tab-kinds");
  await page.evaluate(() => document.querySelector("#specs").value = "v1");
  await page.locator("#specs").dispatchEvent("change");
  await page.waitForFunction(() => document.querySelector("#problems").textContent.startsWith("mobilenet_v1"));
  await page.evaluate((hash) => (location.hash = hash), new URL(address).hash);
  await page.waitForFunction(() => document.querySelector("#problems").textContent.startsWith("mobilenet_v2"));
  await page.locator("#view textarea").waitFor();
  assert.equal(await page.inputValue("#view textarea"), schedule);
  // Letters in an order that nothing compresses.
  let seed = 1;
  const noise = Array.from({ length: 20_000 }, () => String.fromCharCode(97 + ((seed = (seed * 48271) % 2147483647) % 26))).join("");
  await page.fill("#view textarea", `# ${noise}\n${schedule}`);
  await page.locator("#view textarea").blur();
  await page.click("#link");
  await page.waitForFunction(() => document.querySelector("#say").textContent.includes("schedule are too long for a link"));
});

onPage("what is wrong in a schedule is not marked in the spec", async (page) => {
  await page.click("#tab-arena");
  await page.locator("#view summary").click();
  await page.fill("#view textarea", "features.2: {pannel: 32}");
  await page.locator("#view textarea").blur();
  await page.locator("#problems button", { hasText: "schedule, line 1" }).waitFor();
  assert.equal(await page.locator("#editor .cm-lintRange-error").count(), 0);
});

onPage("a network is compared with a shipped one, the pin, or a file", async (page) => {
  const total = (row, column) => page.locator("#compared table").first().locator("tbody tr").nth(row).locator("td").nth(column);
  await page.fill("#width-exact", "0.5");
  await page.press("#width-exact", "Enter");
  await page.click("#tab-compare");
  await total(0, 3).filter({ hasText: "× 5.496" }).waitFor();
  await page.selectOption("#other", "pin");
  await total(0, 2).filter({ hasText: "300,774,272" }).waitFor();
  await total(0, 1).filter({ hasText: "97,131,840" }).waitFor();
  assert.ok((await page.locator("#compared td.more").count()) > 80);
  await page.evaluate((text) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([text], "other.yaml"));
    document.querySelector("#view").dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  }, SMALL);
  await page.locator("#other option:checked", { hasText: "other.yaml" }).waitFor({ state: "attached" });
  await page.locator("#compared th", { hasText: "other.yaml" }).first().waitFor();
  assert.match(await page.locator("#problems").textContent(), /mobilenet_v2/);
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.getByRole("button", { name: "A file…" }).click()]);
  await chooser.setFiles({ name: "third.yaml", mimeType: "text/yaml", buffer: Buffer.from(SMALL) });
  await page.locator("#compared th", { hasText: "third.yaml" }).first().waitFor();
});

onPage("budgets of the spec are met or not", async (page) => {
  await write(page, SMALL.replace("stages:", "budgets: {macs: 1k, params: 1M}\nstages:"));
  await page.waitForFunction(() => document.querySelector("#problems").textContent.includes("small: width"));
  await page.click("#tab-gate");
  await page.locator("h3:text('Budgets') + ul .missed", { hasText: "macs" }).waitFor();
  await page.locator("h3:text('Budgets') + ul .met", { hasText: "params" }).waitFor();
  await page.fill("#classes", "7");
  await page.press("#classes", "Enter");
  await page.locator("#checks", { hasText: "not with these settings" }).waitFor();
});

test("hostile links are refused politely", async () => {
  for (const hash of ["#s=AAAA", "#s=%%%", `#s=${"A".repeat(100_000)}`]) {
    const { page, context, said } = await visit(all.browser, all.server.address + hash);
    assert.match(await page.locator("#say").textContent(), /damaged|too long/);
    assert.deepEqual(said, []);
    await context.close();
  }
});

onPage("a spec from a stranger runs no script", async (page) => {
  const strange = "<img src=x onerror=document.title='owned'>";
  await write(page, SMALL.replace("name: small", `name: small\nsource: "${strange}"`));
  await page.waitForFunction(() => document.querySelector("#problems").textContent.includes("small"));
  await write(page, SMALL.replace("features:", `"${strange}":`));
  await page.locator("#problems button").first().waitFor();
  for (const view of ["rows", "graph", "gate", "export"]) await page.click(`#tab-${view}`);
  assert.equal(await page.locator("img").count(), 0);
  assert.notEqual(await page.title(), "owned");
});

onPage("every view shows itself", async (page) => {
  for (const view of ["kinds", "memory", "arena", "roofline", "separable", "residual", "tools", "sweep"]) {
    await page.click(`#tab-${view}`);
    await page.locator("#view [data-chart] svg").first().waitFor();
    const empty = await page.locator("#view [data-chart]:not(:has(svg))").count();
    assert.equal(empty, 0, view);
  }
  await page.click("#tab-rows");
  assert.equal(await page.locator("#view tbody tr").count(), 64);
  await page.fill("#view input[type=search]", "dw 28x28");
  await page.waitForFunction(() => document.querySelector("#view output")?.textContent.includes("of 64"));
  await page.click("#tab-compare");
  await page.locator("#compared tbody tr").nth(20).waitFor();
  await page.click("#tab-gate");
  await page.fill("#limits", "macs=300M\npeak=8MB");
  await page.locator(".missed", { hasText: "macs" }).waitFor();
  await page.locator(".met", { hasText: "peak" }).waitFor();
  assert.match(await page.locator("#same pre").first().textContent(), /^mbgen compare .*--max/);
});

onPage("a refused limit leaves no command that would say something else, and others are checked", async (page) => {
  await page.click("#tab-gate");
  await page.fill("#limits", "macs=300M");
  await page.locator("#same pre", { hasText: "macs" }).first().waitFor();
  await page.fill("#limits", "speed=3\npeak=8MB");
  await page.locator("#checks .wrong", { hasText: "speed=3" }).waitFor();
  await page.locator("#checks .met", { hasText: "peak" }).waitFor();
  assert.equal(await page.locator("#same pre").count(), 0);
});

onPage("a sweep that is refused says why for as long as that holds, and greys what it was before", async (page) => {
  await page.click("#tab-sweep");
  await page.locator("#sweep-macs svg").waitFor();
  for (const [sides, why] of [
    ["96, 224.5", "Resolutions 96, 224.5: a size such as 224, or rows x columns such as 192x256, is allowed"],
    ["0", "is allowed"],
    ["1..41:1", "up to 40"],
    ["999999", "resolution 999999: the input of 3 x 999999 x 999999 has"],
  ]) {
    await page.fill("#sweep-sides-list", sides);
    await page.press("#sweep-sides-list", "Enter");
    await page.locator("#view .wrong", { hasText: why }).waitFor();
    assert.ok(await page.locator("#sweep-macs").evaluate((figure) => figure.closest(".past") !== null));
  }
  await page.click("#tab-rows");
  await page.click("#tab-sweep");
  await page.locator("#view .wrong", { hasText: "999999" }).waitFor();
  await page.fill("#sweep-sides-list", "96..160:32, 64x48");
  await page.press("#sweep-sides-list", "Enter");
  await page.locator("#view .past").waitFor({ state: "detached" });
  assert.equal(await page.locator("#view .wrong").textContent(), "");
});

onPage("where one pane is seen at a time, the results say why they are grey, and lead to the place", async (page) => {
  await page.click("#pane-spec");
  await write(page, SMALL.replace("classes: 10", "clases: 10"));
  await page.locator("#problems button").first().waitFor();
  await page.click("#pane-results");
  assert.match(await page.locator("#results [role=status]").textContent(), /^line 1: missing key `classes`/);
  await page.click("#why");
  assert.ok(await page.locator("#editor .cm-shown").first().isVisible());
  await write(page, SMALL);
  await page.waitForFunction(() => document.querySelector("#problems").textContent.includes("small: width"));
  await page.click("#pane-results");
  assert.ok(await page.locator("#why").isHidden());
}, { width: 360 });

test("a spec that is wrong from the first on is said where the results would be", async () => {
  const page = await all.browser.newPage();
  await page.goto(`${all.server.address}#s=${deflateRawSync(JSON.stringify({ text: "nonsense: 1" })).toString("base64url")}`);
  await page.locator("#why", { hasText: "line 1" }).waitFor();
  await page.selectOption("#specs", "v1");
  await page.locator("#why").waitFor({ state: "hidden" });
  await page.close();
});

test("charts that cannot be drawn for want of a file say so", async () => {
  const prepare = (context) => context.route("**/plot.js", (route) => route.abort());
  const { page, context } = await visit(all.browser, all.server.address, { serviceWorkers: "block", prepare });
  await page.locator("#view", { hasText: "plot.js, is not to be had" }).waitFor();
  await page.click("#tab-rows");
  await page.locator("#view tbody tr").first().waitFor();
  await context.close();
});

onPage("a text that is of another network than the file that was opened is saved by its own name", async (page) => {
  await page.click("#tab-export");
  await page.locator("#view pre", { hasText: "mbgen analyze v2" }).waitFor();
  await write(page, SMALL);
  await page.locator("#view pre", { hasText: "mbgen analyze small.yaml" }).waitFor();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Spec", exact: true }).click()]);
  assert.equal(download.suggestedFilename(), "small.yaml");
  await page.locator("#editor .cm-content").click();
  await page.setInputFiles("#file", { name: "my-file.yaml", mimeType: "text/yaml", buffer: Buffer.from(SMALL) });
  await page.locator("#view pre", { hasText: "mbgen analyze my-file.yaml" }).waitFor();
  await page.keyboard.press("ControlOrMeta+End");
  await page.keyboard.type("# mine");
  await page.waitForTimeout(300);
  await page.locator("#view pre", { hasText: "mbgen analyze my-file.yaml" }).waitFor();
});

onPage("a mark of a chart leads to the row and the line of its layer", async (page) => {
  const led = async (name, line) => {
    assert.equal(await page.locator("#view tr.marked").getAttribute("data-name"), name);
    assert.ok(await page.locator("#view tr.marked").isVisible());
    assert.match(await page.locator("#editor .cm-shown").first().textContent(), line);
  };
  await page.locator("#costs-macs .bars > *").nth(6).click();
  await led("features.3.conv.0.0", /6, 24, 2, 2/);
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "features.3.conv.0.0");
  for (const [view, chart, presses, name, line] of [
    ["kinds", "costs-params", 2, "features.1.conv.0.0", /1, 16, 1, 1/],
    ["memory", "memory", 1, "features.0.0", /c: 32/],
    ["separable", "separable-macs", 1, "features.1.conv.0.0", /1, 16, 1, 1/],
  ]) {
    await page.click(`#tab-${view}`);
    await page.locator(`#${chart} svg .bars`).first().waitFor();
    await page.locator(`[data-chart=${chart}]`).focus();
    for (let i = 0; i < presses; i += 1) await page.keyboard.press("ArrowDown");
    assert.match(await page.locator("#heard").textContent(), /\S/);
    await page.keyboard.press("Enter");
    await led(name, line);
  }
  await page.click("#tab-kinds");
  await page.locator("#kinds figure#kinds .bars > *").first().click();
  assert.equal(await page.inputValue("#view input[type=search]"), "pw");
  await page.click("#tab-sweep");
  await page.locator("#sweep-macs .bars > *").last().click();
  await page.waitForFunction(() => document.querySelector("#width-exact").value === "1.4");
});

onPage("a layer that is pressed is shown in the spec", async (page) => {
  await page.click("#tab-rows");
  await page.locator("#view button.row", { hasText: "features.3.conv.0.0" }).click();
  assert.match(await page.locator("#editor .cm-shown").first().textContent(), /6, 24, 2, 2/);
  await page.click("#tab-graph");
  await page.locator("#view .picture [data-layer]").nth(1).click();
  await page.locator("#view tr.marked[data-name='features.1.conv.0.0']").waitFor();
  assert.match(await page.locator("#editor .cm-shown").first().textContent(), /1, 16, 1, 1/);
});

onPage("the arrow keys walk through the graph, and Enter leads to the row and the spec", async (page) => {
  await page.click("#tab-graph");
  await page.locator("#view .picture").focus();
  for (const key of ["ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"]) await page.keyboard.press(key);
  await page.locator("#view output", { hasText: "features.1.conv.0.0" }).waitFor();
  await page.keyboard.press("Enter");
  await page.locator("#view tr.marked[data-name='features.1.conv.0.0']").waitFor();
  assert.match(await page.locator("#editor .cm-shown").first().textContent(), /1, 16, 1, 1/);
});

for (const reducedMotion of ["reduce", "no-preference"]) {
  onPage(
    `something moves by itself only where motion is welcome: ${reducedMotion}`,
    async (page) => {
      await page.locator("#editor .cm-content").click();
      await page.keyboard.type("# ");
      await page.click("#tab-graph");
      await page.locator("#editor .cm-content").click();
      await page.waitForTimeout(300);
      const moving = await page.evaluate(() => [document, document.querySelector("#editor").shadowRoot].flatMap((root) => root.getAnimations()).length);
      assert.equal(moving > 0, reducedMotion !== "reduce");
    },
    { reducedMotion },
  );
}

onPage("nothing but the page's own server is asked", async (page, context) => {
  const foreign = [];
  context.on("request", (request) => !/^(data|blob):/.test(request.url()) && !request.url().startsWith(all.server.address) && foreign.push(request.url()));
  await page.reload();
  for (const view of ["kinds", "graph", "sweep", "compare", "gate", "export"]) await page.click(`#tab-${view}`);
  await page.click("#link");
  for (const label of ["HTML", "Spec"]) await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: label, exact: true }).click()]);
  assert.deepEqual(foreign, []);
});

onPage("a crate comes as a zip archive", async (page) => {
  await write(page, SMALL);
  await page.waitForFunction(() => document.querySelector("#problems").textContent.includes("small: width"));
  await page.click("#tab-export");
  const [download] = await Promise.all([page.waitForEvent("download", { timeout: 60_000 }), page.click("#view button.main")]);
  assert.equal(download.suggestedFilename(), "small.zip");
  const path = join(tmpdir(), `mbgen-${process.pid}.zip`);
  await download.saveAs(path);
  const files = Object.keys(unzipSync(new Uint8Array(await readFile(path))));
  for (const file of ["Cargo.toml", "src/lib.rs", "src/network.rs", "weights/small.bin", "mbgen.json"]) assert.ok(files.includes(`small/${file}`), file);
});

onPage("reports are saved", async (page) => {
  await page.click("#tab-export");
  for (const [label, name] of [["HTML", "mobilenet_v2.html"], ["JSON", "mobilenet_v2.json"], ["CSV", "mobilenet_v2.csv"], ["Markdown", "mobilenet_v2.md"]]) {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: label, exact: true }).click()]);
    assert.equal(download.suggestedFilename(), name);
  }
  assert.match(await page.locator("#view pre").textContent(), /^mbgen analyze /);
});

onPage("the text survives a reload", async (page) => {
  await write(page, SMALL);
  await page.waitForFunction(() => document.querySelector("#problems").textContent.includes("small: width"));
  await page.waitForTimeout(500);
  await page.reload();
  await page.waitForFunction(() => document.querySelector("#problems").textContent.includes("small: width"));
});

onPage("a long spec does not hold the page up", async (page) => {
  const rows = Array.from({ length: 1000 }, (_, i) => `          - [6, 16, 1, ${i === 0 ? 2 : 1}]`).join("\n");
  await write(page, SMALL.replace("          - [1, 8, 1, 1]\n          - [6, 16, 2, 2]", rows));
  await page.waitForFunction(() => document.querySelector("#problems").textContent.includes("small: width"), null, { timeout: 20_000 });
  await page.click("#tab-rows");
  assert.ok((await page.locator("#view tbody tr").count()) <= 300);
  // Its views are drawn once typing rests.
  await page.locator("#editor .cm-content").press("ControlOrMeta+End");
  await page.waitForTimeout(1000);
  await page.locator("#view").evaluate((view) => {
    globalThis.drawn = 0;
    new MutationObserver(() => (globalThis.drawn += 1)).observe(view, { childList: true });
  });
  await page.keyboard.type("#########", { delay: 60 });
  assert.equal(await page.evaluate(() => globalThis.drawn), 0);
  await page.waitForFunction(() => globalThis.drawn === 1);
  await page.click("#tab-separable");
  await page.locator("#separable-macs", { hasText: "sums of 5 blocks each" }).waitFor();
});

onPage("the tour leads through both networks", async (page) => {
  for (let step = 1; step <= 8; step += 1) {
    await page.evaluate((step) => (location.hash = `#tour/${step}`), step);
    await page.locator("#guide", { hasText: `${step} of 8` }).waitFor();
  }
  await page.locator("#guide button").click();
  assert.ok(await page.locator("#guide").isHidden());
});

onPage("the keyboard alone reaches everything", async (page) => {
  await page.locator("#specs").focus();
  const seen = new Set();
  for (let i = 0; i < 40; i += 1) {
    seen.add(await page.evaluate(() => document.activeElement.id || document.activeElement.textContent.slice(0, 20)));
    await page.keyboard.press("Tab");
  }
  for (const id of ["specs", "open", "link", "tour", "editor", "width", "side", "classes", "machine", "tab-kinds", "view"]) assert.ok(seen.has(id), `${id} in ${[...seen]}`);
  await page.locator("#tab-kinds").focus();
  await page.keyboard.press("ArrowRight");
  assert.equal(await page.locator("#tab-memory").getAttribute("aria-selected"), "true");
});

for (const [width, colorScheme] of [[360, "light"], [360, "dark"], [1280, "light"], [1280, "dark"], [2560, "light"]]) {
  onPage(
    `nothing is out of reach at ${width} px, ${colorScheme}`,
    async (page) => {
      const axe = await readFile(join(here, "../node_modules/axe-core/axe.min.js"), "utf8");
      const fits = () => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
      for (const view of ["kinds", "memory", "arena", "roofline", "separable", "residual", "relu6", "tools", "rows", "graph", "sweep", "compare", "gate", "export"]) {
        await page.click(`#tab-${view}`);
        await page.waitForTimeout(250);
        assert.ok(await fits(), `${view} is wider than the window`);
        await page.evaluate(axe);
        const found = await page.evaluate(async () => (await axe.run(document, { resultTypes: ["violations"] })).violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 2).map((node) => node.html)}`));
        assert.deepEqual(found, [], view);
      }
      if (width < 900) {
        await page.click("#pane-spec");
        assert.ok(await page.locator("#editor").isVisible());
        assert.ok(await fits());
      }
      if (process.env.MBGEN_SHOTS) await writeFile(join(process.env.MBGEN_SHOTS, `page-${width}-${colorScheme}.png`), await page.screenshot());
    },
    { width, colorScheme },
  );
}
