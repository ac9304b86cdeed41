// Refuses whatever could make markup or code of a text: the widget shows text nodes only.
import { readdirSync, readFileSync } from "node:fs";

const REFUSED = new RegExp(
  [
    String.raw`\b(inner|outer)HTML\b`,
    String.raw`\b(insertAdjacentHTML|setHTML\w*|parseFromString|createContextualFragment|srcdoc|DOMParser)\b`,
    String.raw`\bdocument\s*\.\s*write(ln)?\b`,
    String.raw`\b(eval|Function|execScript)\s*\(`,
    String.raw`\bset(Timeout|Interval)\s*\(\s*["'\x60]`,
    String.raw`\bimport\s*\(`,
    String.raw`\.style\b|["']style["']`,
  ].join("|"),
);

const folder = new URL("src/", import.meta.url);
const found = readdirSync(folder)
  .filter((name) => name.endsWith(".ts"))
  .flatMap((name) =>
    readFileSync(new URL(name, folder), "utf8")
      .split("\n")
      .flatMap((line, at) => (REFUSED.test(line) ? [`src/${name}:${at + 1}: ${line.trim()}`] : [])),
  );
if (found.length) {
  console.error(`These lines could run or render a text as code:\n${found.join("\n")}`);
  process.exitCode = 1;
}
