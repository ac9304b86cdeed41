import assert from "node:assert/strict";
import { test } from "node:test";
import { languageOf, wordsFor } from "../src/words";

const none = (): null => null;

test("Japanese tags have Japanese words, all others English ones", () => {
  const languages = ["ja", "JA", "ja-JP", " ja ", "jav", "en-GB", "de", ""].map(languageOf);
  assert.deepEqual(languages, ["ja", "ja", "ja", "ja", "en", "en", "en", "en"]);
  assert.equal(wordsFor("ja-JP", none).close, "閉じる");
});

test("both languages say all, with the number in the same sentences", () => {
  const [en, ja] = [wordsFor("en", none), wordsFor("ja", none)];
  assert.deepEqual(Object.keys(en), Object.keys(ja));
  for (const word of Object.keys(en) as (keyof typeof en)[]) {
    assert.equal(en[word].includes("{}"), ja[word].includes("{}"), word);
  }
});

test("a page may say anything otherwise", () => {
  const words = wordsFor("en", (name) => (name === "label-close" ? "Fermer" : null));
  assert.equal(words.close, "Fermer");
  assert.equal(words.all, "All results");
});
