// Makes the page's files from web/src and the reports' own: node bundle.mjs FOLDER

import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const reports = join(here, "../templates/report");
const folder = process.argv[2] ?? join(here, "dist");

/** The reports' scripts but those that set a page going, as one module. */
const scripts = {
  name: "reports",
  setup(build) {
    build.onResolve({ filter: /^reports:charts$/ }, () => ({ path: "charts", namespace: "reports" }));
    build.onLoad({ filter: /.*/, namespace: "reports" }, async () => {
      const all = (await readdir(join(reports, "script"))).filter((name) => !["page.js", "table.js", "report.js"].includes(name));
      const texts = await Promise.all(["report.js", ...all.sort()].map((name) => readFile(join(reports, "script", name), "utf8")));
      return { contents: `${texts.join("\n")}\nexport { bytes, charts, count, duration, percent, shape, short };\nexport const show = (next) => { report = next; };\n`, loader: "js" };
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
const styles = await Promise.all([join(reports, "style/theme.css"), join(reports, "style/chart.css"), join(reports, "style/table.css"), join(reports, "style/controls.css"), join(here, "src/style.css")].map((path) => readFile(path, "utf8")));
await writeFile(join(folder, "style.css"), styles.join("\n"));
await copyFile(join(reports, "vendor/plot/plot.min.js"), join(folder, "plot.js"));

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
