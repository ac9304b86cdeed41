import assert from "node:assert/strict";
import { test } from "node:test";
import { answerOf, resultsUrl, serviceBase, waitingSeconds } from "../src/service";

const PAGE = "https://ministry.example/en/page.html";
const BASE = new URL("https://host.example/qa/");
const place = { document: "a", label: "1.3 › 5)", title: "Act", page: 4, permalink: "/p/a/1.3.5/2" };
const answer = (...results: object[]) =>
  answerOf(
    { status: "answered", message: "", document: { id: "a", title: "First" }, results, nearest: [place] } as never,
    BASE,
  );

test("the service is where the module came from, unless the page names another", () => {
  assert.equal(serviceBase(null, "https://host.example/qa/widget-1.2.3.js?x", PAGE).href, BASE.href);
  assert.equal(serviceBase("https://host.example/qa", "https://cdn.example/w.js", PAGE).href, BASE.href);
  assert.equal(serviceBase("/search/", "https://cdn.example/w.js", PAGE).href, "https://ministry.example/search/");
});

test("the page with all results has the question and the document", () => {
  const asking = { base: BASE, document: "a", results: "3" };
  assert.equal(resultsUrl(asking, "a & b?"), "https://host.example/qa/search?q=a+%26+b%3F&document=a");
  assert.equal(resultsUrl({ ...asking, document: "" }, "法"), "https://host.example/qa/search?q=%E6%B3%95");
});

test("a permalink leads below the service, and never elsewhere", () => {
  const urls = ["/p/a/1", "//evil.example/p", "https://evil.example/", "javascript:alert(1)"].map(
    (permalink) => answer({ ...place, permalink }).places[0]!.url,
  );
  const base = BASE.href;
  assert.deepEqual(urls, [`${base}p/a/1`, `${base}evil.example/p`, base, base]);
});

test("documents are named only where they differ, by title where it is known", () => {
  const names = (...documents: string[]) =>
    answer(...documents.map((document) => ({ ...place, document }))).places.map(({ document }) => document);
  assert.deepEqual(names("a", "a"), ["", ""]);
  assert.deepEqual(names("a", "b"), ["First", "b"]);
});

test("without passages the sections that come near are shown, and none are counted", () => {
  const { count, places } = answer();
  assert.equal(count, 0);
  assert.deepEqual([places[0]!.heading, places[0]!.text, places[0]!.page], ["Act", "", "4"]);
});

test("what is no answer is refused", () => {
  for (const body of [null, {}, { results: [{}], nearest: [] }]) assert.throws(() => answerOf(body as never, BASE));
});

test("only whole seconds are waited for", () => {
  const seconds = ["7", null, "", "Wed, 21 Oct 2026 07:28:00 GMT", "-3", "1e9", "99999"].map(waitingSeconds);
  assert.deepEqual(seconds, [7, 0, 0, 0, 0, 0, 0]);
});
