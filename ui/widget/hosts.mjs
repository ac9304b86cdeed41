// Copies what host pages of the Python tests use of Bootstrap and Tailwind to tests/data/widget/.
import { readFileSync, writeFileSync } from "node:fs";
import { compile } from "tailwindcss";

const read = (path) => readFileSync(new URL(`node_modules/${path}`, import.meta.url), "utf8");
const write = (name, text) => writeFileSync(new URL(`../../tests/data/widget/${name}`, import.meta.url), text);

write("bootstrap-reboot.css", read("bootstrap/dist/css/bootstrap-reboot.css").replace(/\n\/\*# source.*/, ""));

const base = '@import "tailwindcss/theme" layer(theme); @import "tailwindcss/preflight" layer(base);';
const { build } = await compile(base, {
  loadStylesheet: async (id) => ({ base: "", path: id, content: read(`${id}.css`) }),
});
write("tailwind-preflight.css", build([]));
