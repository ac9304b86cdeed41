import assert from "node:assert/strict";
import { test } from "node:test";
import { actionFor } from "../src/keys";

const box = { open: true, active: -1, modal: false, empty: false };
const press = (key: string, place = {}, more = {}) =>
  actionFor({ key, altKey: false, isComposing: false, keyCode: 0, ...more }, { ...box, ...place });

test("keys that an input method takes do nothing", () => {
  for (const key of ["Enter", "ArrowDown", "Escape"]) {
    assert.equal(press(key, {}, { isComposing: true }), "none");
    assert.equal(press(key, {}, { keyCode: 229 }), "none");
  }
});

test("Enter chooses the active option, without one it asks", () => {
  assert.deepEqual([press("Enter", { active: 0 }), press("Enter")], ["choose", "ask"]);
});

test("Escape folds the list, then clears the box, then belongs to the page; a dialog keeps its own", () => {
  assert.deepEqual(
    [press("Escape"), press("Escape", { open: false }), press("Escape", { open: false, empty: true })],
    ["collapse", "clear", "none"],
  );
  assert.equal(press("Escape", { modal: true }), "none");
});

test("Home, End and the side arrows go back to the text", () => {
  for (const key of ["Home", "End", "ArrowLeft", "ArrowRight"]) assert.equal(press(key, { active: 1 }), "text");
});
