// Bundles the tests first, so that any Node from 18 on runs them, then hands them to node --test.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const names = readdirSync(here("tests")).filter((name) => name.endsWith(".test.ts"));
await build({
  entryPoints: names.map((name) => here(`tests/${name}`)),
  outdir: here("node_modules/.tests"),
  outExtension: { ".js": ".mjs" },
  bundle: true,
  format: "esm",
  platform: "node",
});
const files = names.map((name) => here(`node_modules/.tests/${name.replace(/ts$/, "mjs")}`));
process.exitCode = spawnSync(process.execPath, ["--test", ...files], { stdio: "inherit" }).status ?? 1;
