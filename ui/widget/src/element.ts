/** The element <qa-search>: its attributes, its button and dialog or its place in the page, its events. */

import { makeDialog } from "./dialog";
import { type Action, actionFor } from "./keys";
import { forgetQuestions, keepQuestion, recentQuestions } from "./recent";
import { Search } from "./search";
import { type Answer, ask, type Asking, type Failure, resultsUrl, serviceBase } from "./service";
import { isPressed, parseShortcut, shortcutNames } from "./shortcut";
import css from "./style.css";
import { type Box, make, makeBox, type Setting } from "./view";
import { LABELS, languageOf, wordsFor } from "./words";

const MAC = /^(Mac|iP)/.test(navigator.platform);

export class QaSearch extends HTMLElement {
  static readonly observedAttributes = ["inline", "lang", "document-lang", "shortcut", ...LABELS];
  readonly #root = this.attachShadow({ mode: "open" });
  readonly #search = new Search(
    (question, signal) => this.#ask(question, signal),
    () => this.#recent(),
    () => this.#show(),
  );
  #box: Box | undefined;
  #dialog: HTMLDialogElement | undefined;
  #setting: Setting | undefined;
  #announced: Answer | undefined;

  constructor() {
    super();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    this.#root.adoptedStyleSheets = [sheet];
    this.#root.addEventListener("focusout", this.#left);
  }

  connectedCallback(): void {
    this.#build();
    document.addEventListener("keydown", this.#pressed);
  }

  disconnectedCallback(): void {
    document.removeEventListener("keydown", this.#pressed);
    this.close();
    this.#search.leave();
  }

  attributeChangedCallback(): void {
    if (this.isConnected && this.#box) this.#build();
  }

  /** Opens the dialog, or goes to the box in the page. */
  open(): void {
    const box = this.#box;
    if (!box || this.#dialog?.open || !this.#announce("qa-open", {}, true)) return;
    this.#dialog?.showModal();
    box.input.focus();
    box.input.select();
  }

  close(): void {
    this.#dialog?.close();
  }

  #build(): void {
    const open = this.#dialog?.open ?? false;
    const typed = this.#box?.input.value ?? "";
    const setting = (this.#setting = this.#settingHere());
    const box = (this.#box = makeBox());
    box.input.value = typed;
    this.#listen(box);
    const parts = this.hasAttribute("inline") ? this.#inPage(box) : this.#inDialog(box, setting);
    const root = make("div", { class: "root", lang: setting.language }, parts);
    this.#root.replaceChildren(root);
    this.#show();
    if (open) this.#dialog?.showModal();
  }

  #inPage(box: Box): Node[] {
    this.#dialog = undefined;
    box.input.addEventListener("click", () => this.#search.enter(box.input.value));
    return [make("div", { class: "box here" }, [box.label, box.input, box.panel])];
  }

  #inDialog(box: Box, { words }: Setting): Node[] {
    const shortcut = this.#shortcut();
    const { button, dialog, close } = makeDialog(box, words, shortcut && shortcutNames(shortcut, MAC));
    this.#dialog = dialog;
    button.addEventListener("click", () => this.open());
    close.addEventListener("click", () => this.close());
    dialog.addEventListener("close", () => this.#search.leave());
    return [button, dialog];
  }

  #listen(box: Box): void {
    const { input, panel, list, forget, all } = box;
    const search = this.#search;
    input.addEventListener("input", (event) => {
      if (!(event as InputEvent).isComposing) search.type(input.value);
    });
    input.addEventListener("compositionend", () => search.type(input.value));
    input.addEventListener("focus", () => {
      if (this.#dialog || !input.value) search.enter(input.value);
    });
    input.addEventListener("keydown", (event) => {
      // To the page its target is the element: a page with keys of its own would take letters for them.
      if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
      const { open, active } = search.state;
      const action = actionFor(event, { open, active, modal: this.#dialog !== undefined, empty: !input.value });
      if (action !== "none" && action !== "text") event.preventDefault();
      this.#act(action, input, event.ctrlKey || event.metaKey);
    });
    // The focus stays in the box while someone presses the mouse on what stands below it.
    panel.addEventListener("mousedown", (event) => event.preventDefault());
    const chosen = (event: MouseEvent, newTab: boolean): void => {
      const option = (event.target as Element).closest("[role=option]");
      if (option) this.#choose([...list.children].indexOf(option), newTab);
    };
    list.addEventListener("click", (event) => chosen(event, event.ctrlKey || event.metaKey));
    list.addEventListener("auxclick", (event) => event.button === 1 && chosen(event, true));
    all.addEventListener("click", () => this.#keep());
    forget.addEventListener("click", () => {
      forgetQuestions(this.#storageKey());
      input.focus();
      search.enter("");
    });
  }

  #act(action: Action, input: HTMLInputElement, newTab: boolean): void {
    const search = this.#search;
    if (action === "next") search.move(1);
    else if (action === "previous") search.move(-1);
    else if (action === "text") search.activate(-1);
    else if (action === "expand") search.expand();
    else if (action === "collapse") search.leave();
    else if (action === "clear") search.type((input.value = ""));
    else if (action === "choose") this.#choose(search.state.active, newTab);
    else if (action === "ask") {
      search.submit(input.value);
      this.#keep();
    }
  }

  #choose(at: number, newTab: boolean): void {
    const row = this.#search.state.rows[at];
    if (!row) return;
    if ("question" in row) return this.#askAgain(row.question);
    this.#keep();
    const { question } = this.#search.state;
    const { id, url } = row;
    if (!this.#announce("qa-select", { question, id, url, newTab }, true)) return;
    if (newTab) window.open(url, "_blank", "noopener,noreferrer");
    else location.assign(url);
  }

  #askAgain(question: string): void {
    if (this.#box) this.#box.input.value = question;
    this.#search.submit(question);
    this.#keep();
  }

  async #ask(question: string, signal: AbortSignal): Promise<Answer | Failure> {
    const asking = this.#asking();
    return asking ? ask(asking, question, signal) : { is: "unavailable" };
  }

  /** What to ask, and of which service; undefined where the page names no address. */
  #asking(): Asking | undefined {
    try {
      const results = this.getAttribute("results") ?? "";
      const base = serviceBase(this.getAttribute("service"), import.meta.url, document.baseURI);
      return { base, document: this.getAttribute("document") ?? "", results };
    } catch {
      return undefined;
    }
  }

  #settingHere(): Setting {
    const tag = this.#languageTag();
    const words = wordsFor(tag, (name) => this.getAttribute(name));
    const labelled = LABELS.some((name) => this.hasAttribute(name));
    const documentLanguage = this.getAttribute("document-lang") ?? "en";
    return { words, language: labelled ? tag : languageOf(tag), documentLanguage };
  }

  #languageTag(): string {
    for (let node: Element | null = this; node; node = (node.getRootNode() as ShadowRoot).host ?? null) {
      const speaking = node.closest("[lang]");
      if (speaking) return speaking.getAttribute("lang") || "en";
    }
    return "en";
  }

  #shortcut(): ReturnType<typeof parseShortcut> {
    return parseShortcut(this.getAttribute("shortcut") ?? "ctrl+k");
  }

  readonly #pressed = (event: KeyboardEvent): void => {
    const shortcut = this.#shortcut();
    if (!shortcut || event.defaultPrevented || event.isComposing || !isPressed(shortcut, event, MAC)) return;
    event.preventDefault();
    this.open();
  };

  readonly #left = (event: Event): void => {
    const to = (event as FocusEvent).relatedTarget;
    const within = to instanceof Node && this.#root.contains(to);
    // When the window loses the focus, the box keeps it within the page, and the list stays.
    if (!this.#dialog && !within && !this.#root.activeElement) this.#search.leave();
  };

  #recent(): string[] {
    return this.hasAttribute("recent") ? recentQuestions(this.#storageKey()) : [];
  }

  #keep(): void {
    const question = this.#box?.input.value.trim();
    if (question && this.hasAttribute("recent")) keepQuestion(this.#storageKey(), question);
  }

  #storageKey(): string {
    return `qa-search ${this.#asking()?.base.href ?? ""}`;
  }

  #show(): void {
    const { state } = this.#search;
    const { question, notice } = state;
    const asking = this.#asking();
    if (this.#setting) this.#box?.show(state, this.#setting, asking ? resultsUrl(asking, question) : "");
    if (notice.is === "answer" && notice !== this.#announced) {
      this.#announced = notice;
      this.#announce("qa-results", { question, status: notice.status, count: notice.count });
    }
  }

  /** Fires an event; false if it was cancelled. */
  #announce(name: string, detail: object, cancelable = false): boolean {
    return this.dispatchEvent(new CustomEvent(name, { detail, cancelable, bubbles: true, composed: true }));
  }
}
