// What the module answers is what the command prints, byte for byte: node test/equal.mjs MBGEN
// Reports of every shipped spec at five widths; crates with shipped, seeded and given weights.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { caller, textOf } from "../src/module.js";

const here = dirname(fileURLToPath(import.meta.url));
const [mbgen] = process.argv.slice(2);
if (!mbgen) throw new Error("name the command: node test/equal.mjs ../target/release/mbgen");
const run = (args) => execFileSync(mbgen, args, { maxBuffer: 1 << 28 });

const dist = join(here, "../dist");
const files = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
const wasm = files(dist).find((path) => path.endsWith("mbgen.wasm"));
const module = new WebAssembly.Module(readFileSync(join(dist, wasm)));
const call = caller(new WebAssembly.Instance(module, {}));
const ask = (request, bytes) => {
  const { ok, answer } = call(request, bytes);
  assert.ok(ok, textOf(answer));
  return answer;
};

const wanted = call({ call: "export", format: "html", spec: "", name: "" });
assert.deepEqual([wanted.ok, JSON.parse(textOf(wanted.answer))], [false, { needs: "assets" }]);
const beside = (name) => readFileSync(join(dist, dirname(wasm), name), "utf8");
const assets = { ...JSON.parse(beside("assets.json")), "templates/report/vendor/plot/plot.min.js": beside("plot.js") };
ask({ call: "give" }, Buffer.from(JSON.stringify(assets)));

const archs = JSON.parse(textOf(ask({ call: "archs" })));
assert.equal(archs.length, 6);
let reports = 0;
for (const { name, text } of archs) {
  for (const width of [null, 0.25, 0.5, 0.75, 1.5]) {
    const options = width === null ? [] : ["--width", String(width)];
    const network = width === null ? { spec: text, name } : { spec: text, name, width };
    for (const format of ["json", "html"]) {
      const ours = JSON.parse(textOf(ask({ call: "export", format, ...network }))).text;
      const theirs = run(["analyze", name, "--format", format, ...options]).toString();
      assert.ok(ours === theirs, `${name} ${width} ${format}`);
      reports++;
    }
    const { report } = JSON.parse(textOf(ask({ call: "analyze", ...network })));
    assert.deepEqual(report, JSON.parse(run(["analyze", name, "--format", "json", ...options])));
  }
}

const scratch = mkdtempSync(join(tmpdir(), "mbgen-equal-"));
const weights = join(here, "../../archs/weights/v1-0.5-160.safetensors");
const trained = archs.find(({ name }) => name === "v1-0.5-160");
const small = archs.find(({ name }) => name === "v1-0.25-96-vww");
const refused = call({ call: "crate", spec: trained.text, name: "v1-0.5-160" });
assert.deepEqual([refused.ok, JSON.parse(textOf(refused.answer))], [false, { needs: "v1-0.5-160.safetensors" }]);
const cases = [
  [{ spec: trained.text, name: "v1-0.5-160" }, ["v1-0.5-160"], readFileSync(weights)],
  [{ spec: trained.text, name: "v1-0.5-160" }, ["v1-0.5-160", "--weights", weights], readFileSync(weights)],
  [{ spec: small.text, name: "v1-0.25-96-vww", seed: 3 }, ["v1-0.25-96-vww", "--seed", "3"], null],
];
for (const [request, args, bytes] of cases) {
  const folder = join(scratch, String(cases.findIndex((other) => other[0] === request)));
  run(["generate", ...args, "-o", folder]);
  const answer = ask({ call: "crate", ...request }, bytes);
  const end = answer.indexOf(10);
  const { files: list } = JSON.parse(textOf(answer.subarray(0, end)));
  assert.deepEqual(list.map(([path]) => path).sort(), files(folder).sort());
  let at = end + 1;
  for (const [path, length] of list) {
    assert.ok(Buffer.compare(readFileSync(join(folder, path)), answer.subarray(at, at + length)) === 0, path);
    at += length;
  }
  assert.equal(at, answer.length);
}
rmSync(scratch, { recursive: true });
console.log(`${reports} reports and ${cases.length} crates are the command's, byte for byte`);
