// Makes the page's files from web/src and the reports' own: node bundle.mjs FOLDER

import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { build, transform } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..");
const reports = join(root, "templates/report");
const folder = process.argv[2] ?? join(here, "dist");

/** Files of the reports below a folder, in the order in which their pages have them. */
const listed = await readFile(join(root, "src/report/html/page.rs"), "utf8").then((text) => (folder) => [...text.matchAll(/file!\("([^"]+)"\)/g)].map(([, name]) => name).filter((name) => name.startsWith(folder)));
const texts = (names) => Promise.all(names.map((name) => readFile(join(reports, name), "utf8")));

/** The reports' scripts but those that set a page going, as one module. */
const scripts = {
  name: "reports",
  setup(build) {
    build.onResolve({ filter: /^reports:charts$/ }, () => ({ path: "charts", namespace: "reports" }));
    build.onLoad({ filter: /.*/, namespace: "reports" }, async () => {
      const all = await texts(listed("script/").filter((name) => !/\b(page|table)\.js$/.test(name)));
      return { contents: `${all.join("\n")}\nexport { bytes, charts, count, duration, fitting, ordered, percent, shape, short, shownOf, turned };\nexport const show = (next) => { report = next; };\n`, loader: "js" };
    });
  },
};

await mkdir(folder, { recursive: true });
await build({
  entryPoints: { page: join(here, "src/main.js"), worker: join(here, "src/worker.js") },
  outdir: folder,
  bundle: true,
  format: "esm",
  target: "es2023",
  minify: true,
  splitting: false,
  legalComments: "linked",
  plugins: [scripts],
});
const styles = [...(await texts(listed("style/").filter((name) => name !== "style/page.css"))), await readFile(join(here, "src/style.css"), "utf8")].join("\n");
await writeFile(join(folder, "style.css"), (await transform(styles, { loader: "css", minify: true, target: "es2023" })).code);
await copyFile(join(reports, "vendor/plot/plot.min.js"), join(folder, "plot.js"));

// What pages and crates are made of, for the module: Plot is there already.
const assets = {};
for (const [below, fits] of [["templates", /^(?!report\/vendor\/)/], ["src/kernels", /^(?!(lib|naive|operators)\.rs$).*\.rs$/], ["archs", /^(\w+\.txt|LICENSE-\w+)$/]]) {
  for (const entry of await readdir(join(root, below), { recursive: true, withFileTypes: true })) {
    const path = relative(root, join(entry.parentPath, entry.name)).replaceAll("\\", "/");
    if (entry.isFile() && fits.test(path.slice(below.length + 1))) assets[path] = await readFile(join(root, path), "utf8");
  }
}
for (const name of ["LICENSE-APACHE", "LICENSE-MIT"]) assets[name] = await readFile(join(root, name), "utf8");
await writeFile(join(folder, "assets.json"), JSON.stringify(Object.fromEntries(Object.entries(assets).sort())));

// Plot writes the same style into each of its drawings; the policy names it by its hash.
const plot = await readFile(join(folder, "plot.js"), "utf8");
const middle = plot.indexOf("--plot-background: white");
const [begin, end] = [plot.lastIndexOf("`", middle) + 1, plot.indexOf("`", middle)];
const name = /"(plot-[0-9a-f]{6})"/.exec(plot)?.[1];
if (middle < 0 || !name) throw new Error("the style of Plot's drawings is not found in its text");
const style = plot.slice(begin, end).replaceAll(/\$\{\w+\}/g, name);
const hash = createHash("sha256").update(style).digest("base64");
const page = await readFile(join(here, "src/index.html"), "utf8");
await writeFile(join(folder, "index.html"), page.replaceAll("{{plot}}", `sha256-${hash}`));
