// Makes a bundle safe to publish: node finish.mjs FOLDER
//
// All files but the page itself move into a folder that is called after their contents, so that a page
// never loads a part of another version; a service worker keeps one version whole, for visits without a
// network; and FOLDER.rs lists all files for the binary.

import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const folder = process.argv[2] ?? join(here, "dist");

/** The files below a folder, in order, with `/` between folders. */
async function files(below) {
  const entries = await readdir(below, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return paths.map((path) => relative(folder, path).replaceAll("\\", "/")).sort();
}

const parts = (await files(folder)).filter((path) => path !== "index.html");
const hash = createHash("sha256");
for (const path of ["index.html", ...parts]) {
  const bytes = await readFile(join(folder, path));
  hash.update(`${path}\n${bytes.length}\n`).update(bytes);
}
const version = hash.digest("hex").slice(0, 16);

const apart = `${folder}.parts`;
await rm(apart, { recursive: true, force: true });
await mkdir(apart);
for (const name of new Set(parts.map((path) => path.split("/")[0]))) {
  await rename(join(folder, name), join(apart, name));
}
await rename(apart, join(folder, version));

let page = await readFile(join(folder, "index.html"), "utf8");
page = page.replaceAll(/\b(src|href)="([^":#]+)"/g, (whole, attribute, path) =>
  parts.includes(path) ? `${attribute}="${version}/${path}"` : whole,
);
await writeFile(join(folder, "index.html"), page);

// Weights are large, and few need them.
const kept = ["./", ...parts.filter((path) => !path.startsWith("weights/")).map((path) => `${version}/${path}`)];
const worker = await readFile(join(here, "service-worker.js"), "utf8");
await writeFile(
  join(folder, "sw.js"),
  worker.replace("{{version}}", version).replace('["{{files}}"]', JSON.stringify(kept)),
);

// Where the binary serves the page, the binary is there without a network, too.
const served = (await files(folder)).filter((path) => path !== "sw.js");
const rows = served.map((path) => `    ("${path}", include_bytes!("dist/${path}")),\n`);
await writeFile(`${folder}.rs`, `&[\n${rows.join("")}]\n`);
console.log(`${folder}: version ${version}, ${rows.length} files`);
