/** The box: a combobox, and below it the status line, the list and what stands under the list. */

import type { Notice, Row, State } from "./search";
import { excerptStart, pieces, unitSpans } from "./text";
import type { Words } from "./words";

type Child = Node | string;

/** What the box is shown in: its words, their language tag, and the language of the documents. */
export type Setting = Readonly<{ words: Words; language: string; documentLanguage: string }>;

export interface Box {
  label: HTMLLabelElement;
  input: HTMLInputElement;
  panel: HTMLElement;
  list: HTMLElement;
  all: HTMLAnchorElement;
  forget: HTMLButtonElement;
  /** Shows a state; `url` is the page with all results. */
  show(state: State, setting: Setting, url: string): void;
}

export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  children: readonly Child[] = [],
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

export function makeBox(): Box {
  const label = make("label", { part: "label", for: "question" });
  const input = make("input", {
    id: "question",
    part: "input",
    type: "text",
    dir: "auto",
    role: "combobox",
    autocomplete: "off",
    enterkeyhint: "search",
    "aria-autocomplete": "list",
    "aria-controls": "list",
    "aria-expanded": "false",
  });
  const status = make("p", { part: "status", role: "status", dir: "auto" });
  const list = make("div", { id: "list", part: "list", role: "listbox", tabindex: "-1" });
  const forget = make("button", { part: "forget", type: "button" });
  const all = make("a", { part: "all" });
  const panel = make("div", { part: "panel" }, [status, list, forget, all]);
  let shown: { rows?: readonly Row[]; notice?: Notice; setting?: Setting; open?: boolean } = {};

  function show(state: State, setting: Setting, url: string): void {
    const { rows, notice, open, active } = state;
    const { words } = setting;
    const renewed = setting !== shown.setting;
    if (renewed) {
      label.textContent = words.question;
      input.placeholder = words.placeholder;
      forget.textContent = words.forget;
      all.textContent = words.all;
    }
    if (renewed || rows !== shown.rows) list.replaceChildren(...rows.map((row, at) => optionFor(row, at, setting)));
    // A new text node each time: a reader hears an answer also where its words are those of the last one.
    if (renewed || notice !== shown.notice || open !== shown.open) say(status, open ? notice : null, setting);
    const expanded = open && rows.length > 0;
    const recent = notice.is === "recent";
    panel.classList.toggle("expanded", open);
    list.hidden = !expanded;
    list.ariaLabel = recent ? words.recent : words.results;
    forget.hidden = !(open && recent);
    all.hidden = !(open && state.question);
    all.href = url;
    input.ariaExpanded = String(expanded);
    activate(expanded ? active : -1);
    shown = { rows, notice, setting, open };
  }

  function activate(active: number): void {
    [...list.children].forEach((option, at) => {
      const is = at === active;
      if (is && option.ariaSelected === "false") option.scrollIntoView({ block: "nearest" });
      option.ariaSelected = String(is);
      option.setAttribute("part", is ? "option active" : "option");
    });
    if (active < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", `option-${active}`);
  }

  return { label, input, panel, list, all, forget, show };
}

function say(status: HTMLElement, notice: Notice | null, setting: Setting): void {
  const said = notice ? sentence(notice, setting) : "";
  status.replaceChildren(said);
  // The service answers in the language of the question, and refuses in English.
  if (notice?.is === "answer") status.lang = notice.language;
  else if (notice?.is === "refused") status.lang = "en";
  else status.removeAttribute("lang");
}

function sentence(notice: Notice, { words }: Setting): string {
  switch (notice.is) {
    case "answer":
    case "refused":
      return notice.message;
    case "busy":
      return notice.seconds ? words["busy-seconds"].replace("{}", String(notice.seconds)) : words.busy;
    case "nothing":
      return "";
    default:
      return words[notice.is];
  }
}

function optionFor(row: Row, at: number, setting: Setting): HTMLElement {
  const attributes = { id: `option-${at}`, part: "option", role: "option", "aria-selected": "false" };
  if ("question" in row) return make("div", attributes, [make("span", { dir: "auto" }, [row.question])]);
  const { words, documentLanguage: lang } = setting;
  const theirs = (part: string, text: string): Child[] =>
    text ? [make("span", { part, lang, dir: "auto" }, [text]), " "] : [];
  const page = row.page ? [make("span", { part: "page" }, [words.page.replace("{}", row.page)]), " "] : [];
  const place = [...theirs("section", row.label), ...theirs("heading", row.heading), ...page];
  const parts = [make("span", { class: "place" }, [...place, ...theirs("document", row.document)])];
  if (row.text) parts.push(passage(row.text, unitSpans(row.text, row.marks), lang));
  return make("div", attributes, parts);
}

/** A text from its excerpt's start on, to the letter; what says that something stands before is no part of it. */
function passage(text: string, marks: ReturnType<typeof unitSpans>, lang: string): HTMLElement {
  const start = excerptStart(text, marks);
  const shown = pieces(text, marks, start).map(({ text, marked }) =>
    marked ? make("mark", { part: "mark" }, [text]) : text,
  );
  const before = start ? [make("span", { "aria-hidden": "true" }, ["… "])] : [];
  return make("span", { part: "text", lang, dir: "auto" }, [...before, make("span", {}, shown)]);
}
