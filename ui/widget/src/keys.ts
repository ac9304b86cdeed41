/** What a key does in the box: a combobox with list autocomplete and manual selection, after the ARIA practices. */

export type Action = "next" | "previous" | "text" | "choose" | "ask" | "expand" | "collapse" | "clear" | "none";
export type Key = Readonly<{ key: string; altKey: boolean; isComposing: boolean; keyCode: number }>;
export type Place = Readonly<{ open: boolean; active: number; modal: boolean; empty: boolean }>;

/** "none" leaves the key to the browser: a dialog closes by its own Escape. */
export function actionFor({ key, altKey, isComposing, keyCode }: Key, { open, active, modal, empty }: Place): Action {
  // Keys that an input method takes; Safari tells by 229 only.
  if (isComposing || keyCode === 229) return "none";
  switch (key) {
    case "ArrowDown":
      return altKey ? "expand" : "next";
    case "ArrowUp":
      return !altKey ? "previous" : modal ? "none" : "collapse";
    case "Home":
    case "End":
    case "ArrowLeft":
    case "ArrowRight":
      return "text";
    case "Enter":
      return active >= 0 ? "choose" : "ask";
    case "Escape":
      return modal ? "none" : open ? "collapse" : empty ? "none" : "clear";
    default:
      return "none";
  }
}
