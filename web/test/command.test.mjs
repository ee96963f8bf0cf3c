// The page beside the command, which MBGEN names: the same crates, and the page that it serves itself.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { unzipSync } from "fflate";

import { figure, launch, serve, visit, waitForFigure } from "./chromium.mjs";

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

test("the page that the command serves follows a file, and no other host reads it", async (t) => {
  const spec = join(scratch, "followed.yaml");
  const text = await arch("v2");
  await writeFile(spec, text);
  const child = spawn(MBGEN, ["web", spec], { stdio: ["ignore", "ignore", "pipe"] });
  t.after(() => child.kill());
  const address = await new Promise((resolve, reject) => {
    let said = "";
    child.stderr.on("data", (chunk) => {
      const found = /(http:\S+) until/.exec((said += chunk));
      if (found) resolve(found[1]);
    });
    child.on("exit", () => reject(new Error(said)));
  });
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
  assert.ok(await figure(page, "macs"));
  assert.deepEqual(said, []);
  await context.close();
});
