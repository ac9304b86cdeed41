import assert from "node:assert/strict";
import { test } from "node:test";
import { Search } from "../src/search";
import type { Answer, Failure } from "../src/service";
import { withQuestion } from "../src/recent";

const later = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));
const answer = (message: string): Answer => ({
  is: "answer", status: "answered", message, language: "en", count: 0, places: [],
});

/** A search whose service answers after as many milliseconds as the question says. */
function searching(outcome: (question: string) => Answer | Failure = answer, recent: string[] = []) {
  const asked: string[] = [];
  const ask = async (question: string): Promise<Answer | Failure> => {
    asked.push(question);
    await later(parseInt(question, 10) || 0);
    return outcome(question);
  };
  return { asked, search: new Search(ask, () => recent, () => {}) };
}

test("typing asks once, after a pause; Enter asks at once and not again", async () => {
  const { asked, search } = searching();
  for (const text of ["f", "fi", "first"]) search.type(text);
  await later(100);
  assert.deepEqual(asked, []);
  await later(400);
  search.type("second");
  search.submit("second");
  search.submit(" second ");
  await later(30);
  search.submit("second");
  await later(250);
  assert.deepEqual(asked, ["first", "second"]);
  assert.equal(search.state.question, "second");
});

test("a box that is left and entered again has no other question's answer", async () => {
  const { asked, search } = searching();
  search.submit("first");
  await later(20);
  search.type("second");
  search.leave();
  search.enter("second");
  await later(450);
  assert.deepEqual(asked, ["first", "second"]);
  assert.equal(search.state.question, "second");
});

test("a single letter waits for Enter", async () => {
  const { asked, search } = searching();
  search.type("x");
  await later(450);
  search.submit("x");
  await later(20);
  assert.deepEqual(asked, ["x"]);
});

test("an answer that comes after a later question is dropped", async () => {
  const { search } = searching();
  search.submit("150 slow");
  await later(20);
  search.submit("quick");
  await later(250);
  assert.equal(search.state.question, "quick");
});

test("an emptied or left box drops what is on its way", async () => {
  const { search } = searching();
  for (const end of [() => search.type(""), () => search.leave()]) {
    search.submit("40 slow");
    await later(10);
    end();
    await later(60);
    assert.equal(search.state.notice.is, "nothing");
  }
});

test("a service that is busy is asked again when it said, not before", async () => {
  let count = 0;
  const { asked, search } = searching((question) => (count++ ? answer(question) : { is: "busy", seconds: 1 }));
  search.submit("now");
  await later(50);
  assert.deepEqual(search.state.notice, { is: "busy", seconds: 1 });
  search.submit("other");
  await later(700);
  assert.deepEqual(asked, ["now"]);
  await later(400);
  assert.deepEqual(asked, ["now", "other"]);
  assert.equal(search.state.question, "other");
});

test("a search that takes long says so", async () => {
  const { search } = searching();
  search.submit("500 slow");
  await later(450);
  assert.equal(search.state.notice.is, "searching");
  await later(150);
  assert.equal(search.state.notice.is, "answer");
});

test("the arrows go around, and typing leaves no option active", () => {
  const { search } = searching(answer, ["one", "two", "three"]);
  search.enter("");
  const steps = ([1, 1, 1, 1, -1, -1] as const).map((step) => (search.move(step), search.state.active));
  assert.deepEqual(steps, [0, 1, 2, 0, 2, 1]);
  search.activate(-1);
  search.move(-1);
  assert.equal(search.state.active, 2);
  search.type("x");
  assert.equal(search.state.active, -1);
  search.leave();
});

test("five recent questions are kept, each once", () => {
  assert.deepEqual(withQuestion(["a", "b", "c", "d", "e"], "c"), ["c", "a", "b", "d", "e"]);
  assert.deepEqual(withQuestion(["a", "b", "c", "d", "e"], "f"), ["f", "a", "b", "c", "d"]);
});
