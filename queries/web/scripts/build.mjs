// Bundles the two scripts into ../static/js, with the licences of what is in them.
import { build } from "esbuild";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";

const folder = new URL("../static/js/", import.meta.url);
await mkdir(folder, { recursive: true });
const { metafile } = await build({
  absWorkingDir: new URL(".", import.meta.url).pathname,
  entryPoints: ["src/explorer.ts", "src/editor.ts"],
  outdir: folder.pathname,
  bundle: true,
  format: "iife",
  target: ["es2022"],
  minify: true,
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
});

const packages = new Set();
for (const path of Object.keys(metafile.inputs)) {
  const found = /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path);
  if (found) packages.add(found[1]);
}
const told = [];
for (const name of [...packages].sort()) {
  const root = new URL(`node_modules/${name}/`, import.meta.url);
  const { version, license } = JSON.parse(await readFile(new URL("package.json", root), "utf8"));
  const file = (await readdir(root)).find((each) => /^licen[cs]e/i.test(each));
  const text = file ? (await readFile(new URL(file, root), "utf8")).trim() : license;
  told.push(`${name} ${version} (${license})\n\n${text}\n`);
}
const title = "The scripts of Hauberk's pages hold these packages, under the licences that follow.\n";
await writeFile(new URL("licences.txt", folder), [title, ...told].join("\n"));
