// What takes too long is ended, what fails says so in a sentence, and the page goes on.

import assert from "node:assert/strict";
import { test } from "node:test";

import { figure, site, visit, waitForFigure, write } from "./chromium.mjs";

/** Put before the worker: a module that never ends, takes its time, or traps, at a spec with that word in it. */
const FAILING = `
const instantiate = WebAssembly.instantiate;
WebAssembly.instantiate = async (...given) => {
  const { exports } = await instantiate(...given);
  let request = () => "";
  const alloc = (bytes) => {
    const at = exports.alloc(bytes);
    request = () => new TextDecoder().decode(new Uint8Array(exports.memory.buffer, at, bytes));
    return at;
  };
  const call = () => {
    while (request().includes("never ends"));
    const end = performance.now() + (request().includes("takes long") ? 1500 : 0);
    while (performance.now() < end);
    if (request().includes("traps")) throw new WebAssembly.RuntimeError("unreachable");
    return exports.call();
  };
  return { exports: { ...exports, memory: exports.memory, alloc, call } };
};
`;

const all = site();

const prepare = (context) =>
  context.route("**/worker.js", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: FAILING + (await answer.text()) });
  });

for (const [word, sentence] of [["never ends", /took more than (a second|\d seconds) and was ended/], ["traps", /mbgen stopped at this spec, which is a mistake of its own; the page goes on/]]) {
  test(`a request that ${word} is said in a sentence`, async () => {
    const { page, context, said } = await visit(all.browser, all.server.address, { serviceWorkers: "block", prepare });
    const macs = await figure(page, "macs");
    await write(page, `# ${word}\n`);
    await page.locator("#problems", { hasText: sentence }).waitFor();
    assert.ok(await page.evaluate(() => document.body.classList.contains("stale")));
    assert.equal(await figure(page, "macs"), macs);
    await page.locator("#editor .cm-content").press("ControlOrMeta+z");
    await page.waitForFunction(() => !document.body.classList.contains("stale"));
    await page.fill("#width-exact", "0.5");
    await page.press("#width-exact", "Enter");
    await waitForFigure(page, "macs", "97,131,840");
    assert.deepEqual(said, ["warning: Service Worker registration blocked by Playwright"]);
    await context.close();
  });
}

test("a spec that is longer than any before may take longer, and so may it then at each key", async () => {
  const { page, context } = await visit(all.browser, all.server.address, { serviceWorkers: "block", prepare });
  await write(page, `# takes long ${"x".repeat(20_000)}\nfirst: 1\n`);
  await page.locator("#problems", { hasText: "missing key" }).waitFor();
  const before = await page.locator("#problems").textContent();
  await page.keyboard.type("n: 1");
  await page.waitForFunction((before) => document.querySelector("#problems").textContent !== before, before);
  assert.doesNotMatch(await page.locator("#problems").textContent(), /was ended/);
  await context.close();
});
