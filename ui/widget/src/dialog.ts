/** The button and the dialog it opens. */

import { type Box, make } from "./view";
import type { Words } from "./words";

const SVG = "http://www.w3.org/2000/svg";

/** A button, a dialog around the box, and the button in it that closes it. `shortcut` says how it is read. */
export function makeDialog(
  box: Box,
  words: Words,
  shortcut: { shown: string; spoken: string } | null,
): { button: HTMLButtonElement; dialog: HTMLDialogElement; close: HTMLButtonElement } {
  const button = make("button", { part: "button", type: "button", "aria-haspopup": "dialog" }, [
    magnifier(),
    make("span", {}, [words.button]),
  ]);
  if (shortcut) {
    button.setAttribute("aria-keyshortcuts", shortcut.spoken);
    button.append(make("kbd", { part: "shortcut", "aria-hidden": "true" }, [shortcut.shown]));
  }
  const close = make("button", { part: "close", type: "button" }, [words.close]);
  const dialog = make("dialog", { part: "dialog", "aria-label": words.button, closedby: "any" }, [
    make("div", { class: "box" }, [make("div", { class: "head" }, [box.label, close]), box.input, box.panel]),
  ]);
  return { button, dialog, close };
}

function magnifier(): SVGSVGElement {
  const icon = document.createElementNS(SVG, "svg");
  const lines = document.createElementNS(SVG, "path");
  icon.setAttribute("viewBox", "0 0 16 16");
  icon.setAttribute("aria-hidden", "true");
  lines.setAttribute("d", "M11 11l4 4M12.5 7a5.5 5.5 0 1 1-11 0a5.5 5.5 0 0 1 11 0z");
  icon.append(lines);
  return icon;
}
