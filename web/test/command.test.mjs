// The page beside the command, which MBGEN names: the same crates, and the page that it serves itself.

import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { unzipSync } from "fflate";

import { launch, serve, visit, waitForFigure } from "./chromium.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { MBGEN } = process.env;
if (!MBGEN) throw new Error("name the command, which has the page within: MBGEN=../target/debug/mbgen");
const arch = (name) => readFile(join(here, `../../archs/${name}.yaml`), "utf8");

let browser;
let scratch;
before(async () => {
  [browser, scratch] = await Promise.all([launch(), mkdtemp(join(tmpdir(), "mbgen-command-"))]);
});
after(async () => {
  await browser.close();
  await rm(scratch, { recursive: true });
});

/** Drops a file that the page's own server has onto the page. */
const drop = (page, path, name) =>
  page.evaluate(
    async ([path, name]) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([await (await fetch(path)).arrayBuffer()], name));
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    },
    [path, name],
  );

test("a crate has the weights of a dropped state dict, and is the command's byte for byte", async () => {
  const server = await serve();
  const { page, context, said } = await visit(browser, server.address);
  // A spec of one's own, which no weights are shipped for.
  const spec = join(scratch, "mine.yaml");
  await writeFile(spec, (await arch("v1-0.5-160")).replace(/^name: .*/m, "name: mine"));
  await page.setInputFiles("#file", spec);
  await page.waitForFunction(() => document.querySelector("#problems").textContent.startsWith("mine:"));
  const version = await page.evaluate(() => /[0-9a-f]{16}/.exec(document.querySelector("script[type=module]").src)[0]);
  const weights = `${version}/weights/v1-0.5-160.safetensors`;
  await page.click("#tab-export");
  await page.fill("#classes", "7");
  await page.press("#classes", "Enter");
  await page.waitForFunction(() => document.querySelector("#problems").textContent.includes("7 classes"));
  await drop(page, weights, "trained.safetensors");
  await page.locator("#view", { hasText: /trained\.safetensors is of another network: \d+ tensors of another shape/ }).waitFor();
  await page.click("#reset");
  await page.locator("#view", { hasText: "Weights: trained.safetensors." }).waitFor();
  // One that is refused leaves it there.
  await drop(page, "./", "page.safetensors");
  await page.locator("#say", { hasText: "page.safetensors" }).waitFor();
  await page.locator("#view", { hasText: "Weights: trained.safetensors." }).waitFor();
  const [download] = await Promise.all([page.waitForEvent("download", { timeout: 60_000 }), page.click("#view button.main")]);
  const zip = unzipSync(new Uint8Array(await readFile(await download.path())));

  const folder = join(scratch, "mine");
  execFileSync(MBGEN, ["generate", "mine.yaml", "--weights", join(here, "../../archs/weights/v1-0.5-160.safetensors"), "-o", folder], { cwd: scratch });
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  const name = Object.keys(zip)[0].split("/")[0];
  assert.deepEqual(Object.keys(zip).sort(), files.map((path) => `${name}/${path}`).sort());
  for (const path of files) assert.ok(Buffer.compare(await readFile(join(folder, path)), zip[`${name}/${path}`]) === 0, path);
  assert.deepEqual(said, []);
  await context.close();
  server.end();
});

/** Runs a command line that the page shows, in a folder. */
const run = (line, cwd) => spawnSync("sh", ["-c", `mbgen() { "$MBGEN" "$@"; }; ${line}`], { cwd, env: { ...process.env, MBGEN: resolve(MBGEN) }, maxBuffer: 1 << 28, encoding: "utf8" });

/** Saves what a button of the page makes into a folder, and gives its text. */
async function saved(page, label, folder) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: label, exact: true }).click()]);
  const path = join(folder, download.suggestedFilename());
  await download.saveAs(path);
  return readFile(path, "utf8");
}

test("the command lines that the page shows give what it shows", async () => {
  const server = await serve();
  const { page, context, said } = await visit(browser, server.address);
  const v2 = await arch("v2");
  for (const [i, { name, text, settings = {}, machine, schedule, limits }] of [
    { name: "v2.yaml", text: v2, limits: ["macs=300M", "peak=8MB"] },
    { name: "v2.yaml", text: v2, settings: { "#width-exact": "0.75", "#side-exact": "192x160", "#classes": "7" }, machine: "zen5", limits: ["macs=300M", "time=5ms", "arena=1MiB"] },
    { name: "-my net's.yaml", text: v2.replace("multiplier: 1.0", "multiplier: 0.5"), settings: { "#side-exact": "96" }, schedule: "features.2: {panel: 32, band: 1}\n", limits: ["time=1ms", "weights=1"] },
    { name: "v1", text: `${v2}\n# not the shipped v1\n`, limits: ["params=3504872"] },
  ].entries()) {
    const folder = await mkdtemp(join(scratch, `${i}-`));
    await page.setInputFiles("#file", { name, mimeType: "text/yaml", buffer: Buffer.from(text) });
    for (const [field, value] of Object.entries(settings)) {
      await page.fill(field, value);
      await page.press(field, "Enter");
    }
    await page.selectOption("#machine", machine ?? "zen4");
    if (schedule) {
      await page.click("#tab-arena");
      await page.locator("#view summary").click();
      await page.fill("#view textarea", schedule);
      await page.locator("#view textarea").blur();
    }
    await page.click("#tab-kinds");
    await page.waitForTimeout(500);
    await page.click("#tab-export");
    await page.locator("#view pre").waitFor();
    const ours = JSON.parse(await saved(page, "JSON", folder));
    await saved(page, "Spec", folder);
    if (schedule) assert.equal(await saved(page, "Schedule", folder), schedule);
    const line = await page.locator("#view pre").textContent();
    const analyzed = run(`${line} --format json`, folder);
    assert.equal(analyzed.status, 0, analyzed.stderr);
    const theirs = JSON.parse(analyzed.stdout);
    theirs.model.spec = theirs.model.spec.replace(/^\.\//, "");
    assert.deepEqual(theirs, ours, line);

    await page.click("#tab-gate");
    await page.fill("#limits", limits.join("\n"));
    await page.waitForFunction((count) => document.querySelectorAll("#checks li").length === count, limits.length);
    await page.locator("#same pre", { hasText: limits.at(-1) }).first().waitFor();
    const missed = await page.locator("#checks .missed").count();
    const gate = await page.locator("#same pre").first().textContent();
    const gated = run(gate, folder);
    assert.equal(gated.status, missed > 0 ? 1 : 0, `${gate}\n${gated.stderr}`);
    if (missed > 0) assert.match(gated.stderr, new RegExp(`error: ${missed} of ${limits.length} limits? do`), gate);
  }
  assert.deepEqual(said, []);
  await context.close();
  server.end();
});

test("a port that is taken is no reason not to serve", async (t) => {
  // Whoever has it, it is taken.
  const taken = createServer().on("error", () => {}).listen(8017, "127.0.0.1");
  t.after(() => taken.close());
  await new Promise((resolve) => taken.once("listening", resolve).once("error", resolve));
  const { address, child } = await served([]);
  t.after(() => child.kill());
  assert.notEqual(new URL(address).port, "8017");
  const { context, said } = await visit(browser, address);
  assert.deepEqual(said, []);
  await context.close();
});

/** The page as the command serves it: its address and its process. */
async function served(args) {
  const child = spawn(MBGEN, ["web", ...args], { stdio: ["ignore", "ignore", "pipe"] });
  const address = await new Promise((resolve, reject) => {
    let said = "";
    child.stderr.on("data", (chunk) => {
      const found = /(http:\S+) until/.exec((said += chunk));
      if (found) resolve(found[1]);
    });
    child.on("exit", () => reject(new Error(said)));
  });
  return { address, child };
}

test("the page that the command serves follows a file, and no other host reads it", async (t) => {
  const spec = join(scratch, "followed.yaml");
  const text = await arch("v2");
  await writeFile(spec, text);
  const { address, child } = await served([spec]);
  t.after(() => child.kill());
  const { page, context, said } = await visit(browser, address);
  await waitForFigure(page, "macs", "300,774,272");
  assert.equal(await page.locator("#problems").textContent(), "mobilenet_v2: width 1.0, input 3×224×224, 1000 classes, padding symmetric");
  await page.fill("#side-exact", "96");
  await page.press("#side-exact", "Enter");
  await page.waitForFunction(() => document.querySelector("#problems").textContent.includes("3×96×96"));
  await writeFile(spec, text.replace("multiplier: 1.0", "multiplier: 0.5"));
  await page.waitForFunction(() => document.querySelector("#problems").textContent.includes("width 0.5, input 3×96×96"));
  assert.match(await page.locator("#headline .change").first().textContent(), /^−/);
  const status = await new Promise((resolve, reject) => {
    request(address, { headers: { host: "elsewhere.example" } }, (answer) => resolve(answer.resume().statusCode)).on("error", reject).end();
  });
  assert.equal(status, 403);
  // A reload is of the same file, with the settings and the pin.
  const against = await page.locator("#pinned").textContent();
  await page.reload();
  await page.waitForFunction(() => document.querySelector("#problems").textContent.includes("width 0.5, input 3×96×96"));
  assert.equal(await page.locator("#pinned").textContent(), against);
  // Gone, the page keeps what it has; back, it is followed on.
  await rm(spec);
  await page.locator("#held", { hasText: /followed\.yaml.* It is shown again as soon as it can be read/ }).waitFor();
  const reason = await page.locator("#held").textContent();
  // It says so for as long as that holds, and the reason of now.
  await mkdir(spec);
  await page.waitForFunction((reason) => !["", reason].includes(document.querySelector("#held").textContent), reason);
  assert.match(await page.locator("#held").textContent(), /followed\.yaml/);
  await rm(spec, { recursive: true });
  await waitForFigure(page, "macs", "18,885,440");
  await writeFile(spec, text);
  await page.waitForFunction(() => document.querySelector("#problems").textContent.includes("width 1.0, input 3×96×96"));
  await page.locator("#say", { hasText: "followed.yaml is read again" }).waitFor();
  assert.equal(await page.locator("#held").textContent(), "");
  await writeFile(spec, text.replace("multiplier: 1.0", "multiplier: 0.5"));
  await page.waitForFunction(() => document.querySelector("#problems").textContent.includes("width 0.5, input 3×96×96"));
  assert.deepEqual(said, []);
  child.kill();
  await page.locator("#held", { hasText: "no longer followed" }).waitFor();
  await page.fill("#side-exact", "224");
  await page.press("#side-exact", "Enter");
  await waitForFigure(page, "macs", "97,131,840");
  await context.close();
});

test("ten tabs of a followed file load at once, and each follows it", async (t) => {
  const spec = join(scratch, "tabs.yaml");
  const text = await arch("v2");
  await writeFile(spec, text);
  const { address, child } = await served([spec]);
  t.after(() => child.kill());
  const context = await browser.newContext();
  const pages = [];
  for (let i = 0; i < 10; i += 1) {
    const page = await context.newPage();
    await page.goto(address, { timeout: 5000 });
    await page.locator("#headline strong").first().waitFor({ timeout: 5000 });
    pages.push(page);
  }
  await writeFile(spec, text.replace("multiplier: 1.0", "multiplier: 0.5"));
  for (const page of pages) await waitForFigure(page, "macs", "97,131,840");
  await context.close();
});
