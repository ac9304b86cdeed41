import assert from "node:assert/strict";
import { test } from "node:test";
import { isPressed, parseShortcut, shortcutNames } from "../src/shortcut";

const up = { ctrlKey: false, altKey: false, shiftKey: false, metaKey: false, key: "k" };

test("a key alone, also with Shift, is no shortcut", () => {
  for (const written of ["k", "shift+k", "off", "", "ctrl", "ctrl+", "ctrl+alt", "hyper+k", "/"]) {
    assert.equal(parseShortcut(written), null, written);
  }
});

test("just the keys of a shortcut open, and Command does for Ctrl on a Mac only", () => {
  const shortcut = parseShortcut(" Ctrl + K ")!;
  assert.ok(isPressed(shortcut, { ...up, ctrlKey: true }, false));
  assert.ok(isPressed(shortcut, { ...up, ctrlKey: true, key: "K" }, true));
  assert.ok(isPressed(shortcut, { ...up, metaKey: true }, true));
  for (const pressed of [up, { ...up, metaKey: true }, { ...up, ctrlKey: true, altKey: true }, { ...up, shiftKey: true }]) {
    assert.ok(!isPressed(shortcut, pressed, false));
  }
  assert.ok(!isPressed(shortcut, { ...up, ctrlKey: true, metaKey: true }, true));
  assert.ok(isPressed(parseShortcut("alt+shift+s")!, { ...up, altKey: true, shiftKey: true, key: "S" }, false));
});

test("a shortcut is named as it is pressed", () => {
  const ctrlK = parseShortcut("ctrl+k")!;
  assert.deepEqual(shortcutNames(ctrlK, false), { shown: "Ctrl K", spoken: "Control+K" });
  assert.deepEqual(shortcutNames(ctrlK, true), { shown: "⌘ K", spoken: "Meta+K" });
  assert.deepEqual(shortcutNames(parseShortcut("alt+shift+enter")!, false), {
    shown: "Alt Shift Enter",
    spoken: "Alt+Shift+Enter",
  });
});
