/** Keyboard shortcuts as a page writes them: "ctrl+k", "alt+shift+s", "off". */

export type Shortcut = Readonly<{ ctrl: boolean; alt: boolean; shift: boolean; meta: boolean; key: string }>;
export type Pressed = Readonly<{ ctrlKey: boolean; altKey: boolean; shiftKey: boolean; metaKey: boolean; key: string }>;

const MODIFIERS = ["ctrl", "alt", "shift", "meta"];

/** A shortcut, or null for "off" and for what is none. A key alone, also with Shift, is none: people type it. */
export function parseShortcut(written: string): Shortcut | null {
  const names = written.toLowerCase().split("+").map((name) => name.trim());
  const key = names.pop() ?? "";
  const has = (name: string): boolean => names.includes(name);
  if (!key || MODIFIERS.includes(key) || !names.every((name) => MODIFIERS.includes(name))) return null;
  if (!has("ctrl") && !has("alt") && !has("meta")) return null;
  return { ctrl: has("ctrl"), alt: has("alt"), shift: has("shift"), meta: has("meta"), key };
}

/** Whether these keys are the shortcut; on a Mac the Command key does for Ctrl as well. */
export function isPressed(shortcut: Shortcut, pressed: Pressed, mac: boolean): boolean {
  const { ctrl, alt, shift, meta, key } = shortcut;
  if (pressed.key.toLowerCase() !== key || pressed.altKey !== alt || pressed.shiftKey !== shift) return false;
  const as = (withCtrl: boolean, withMeta: boolean): boolean =>
    pressed.ctrlKey === withCtrl && pressed.metaKey === withMeta;
  return as(ctrl, meta) || (mac && ctrl && !meta && as(false, true));
}

/** The shortcut as a person reads it, such as "Ctrl K", and as aria-keyshortcuts has it, "Control+K". */
export function shortcutNames(shortcut: Shortcut, mac: boolean): { shown: string; spoken: string } {
  const { ctrl, alt, shift, meta, key } = shortcut;
  const swapped = mac && ctrl && !meta;
  const last = [alt && "Alt", shift && "Shift", key.replace(/^./, (letter) => letter.toUpperCase())];
  const names = (ctrlName: string, metaName: string): string[] =>
    [ctrl && !swapped && ctrlName, (meta || swapped) && metaName, ...last].filter((name) => name !== false);
  return { shown: names("Ctrl", mac ? "⌘" : "Meta").join(" "), spoken: names("Control", "Meta").join("+") };
}
