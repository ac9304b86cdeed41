import assert from "node:assert/strict";
import { test } from "node:test";
import { excerptStart, pieces, unitSpans } from "../src/text";

const TEXT = "𠮷野家 says: 日本 𠮷. ".repeat(20) + "The 𠮷 that is asked for. And more.";

test("spans in code points mark the same characters in UTF-16", () => {
  const points = [...TEXT];
  for (const [start, end] of [[0, 1], [1, 4], [13, 14], [points.length - 1, points.length]] as const) {
    const [span] = unitSpans(TEXT, [[start, end]]);
    assert.equal(TEXT.slice(...span!), points.slice(start, end).join(""));
  }
});

test("spans that mark nothing, lie outside or overlap are left out, the others put in order", () => {
  assert.deepEqual(unitSpans("abc", [[2, 3], [0, 2], [1, 2], [1, 1], [2, 9], [-1, 2]]), [[0, 2], [2, 3]]);
});

test("the pieces joined again are the slice, whatever is marked", () => {
  for (const start of [0, 5, 60]) {
    for (const marks of [[], [[0, 3]], [[70, 90], [90, 100]], [[3, 80]]] as [number, number][][]) {
      const found = pieces(TEXT, marks, start);
      assert.equal(found.map(({ text }) => text).join(""), TEXT.slice(start));
      const marked = found.filter((piece) => piece.marked).map(({ text }) => text);
      assert.deepEqual(marked, marks.map(([a, b]) => TEXT.slice(Math.max(a, start), b)).filter(Boolean));
    }
  }
});

test("an excerpt begins at a sentence not far before the first mark", () => {
  assert.equal(excerptStart(TEXT, []), 0);
  assert.equal(excerptStart(TEXT, [[100, 120]]), 0);
  const mark = TEXT.indexOf("The 𠮷");
  const start = excerptStart(TEXT, [[mark, mark + 5]]);
  assert.ok(start < mark && start >= mark - 140);
  assert.ok(TEXT.slice(start).startsWith("𠮷野家 says"));
});

test("in a long sentence an excerpt begins at a word", () => {
  const long = `${"word ".repeat(100)}asked`;
  const start = excerptStart(long, [[500, 505]]);
  assert.ok(start >= 360 && start <= 500);
  assert.equal(long.slice(start - 1, start + 5), " word ");
  assert.equal(excerptStart(`${"x".repeat(400)}asked`, [[400, 405]]), 400);
});
