/** The state of a search: what is asked, what came of it, what is active. It renders nothing. */

import type { Answer, Failure, Place } from "./service";

/** A row of the list: a place in a document, or a question asked before. */
export type Row = Place | Readonly<{ question: string }>;
export type Notice = Answer | Failure | Readonly<{ is: "nothing" | "searching" | "recent" }>;
export type State = Readonly<{
  /** What `rows` are the answer to; "" if they are no answer. */
  question: string;
  rows: readonly Row[];
  notice: Notice;
  /** The row that the arrow keys are on; -1 while they are in the text. */
  active: number;
  open: boolean;
}>;

/** Milliseconds without a key after which a question is asked: more than the gap between two keys of a slow typist. */
const PAUSE = 400;
/** Characters that are asked before Enter is pressed; Japanese says much in two. */
const LEAST = 2;
/** Milliseconds after which a person is told that the search goes on. */
const SLOW = 400;
const NOTHING: State = { question: "", rows: [], notice: { is: "nothing" }, active: -1, open: false };

export class Search {
  state = NOTHING;
  readonly #ask: (question: string, signal: AbortSignal) => Promise<Answer | Failure>;
  readonly #recent: () => string[];
  readonly #changed: () => void;
  #wanted = "";
  #asking = false;
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #inFlight = new AbortController();
  /** Until then (milliseconds) the service wants no question. */
  #quietUntil = 0;

  constructor(
    ask: (question: string, signal: AbortSignal) => Promise<Answer | Failure>,
    recent: () => string[],
    changed: () => void,
  ) {
    this.#ask = ask;
    this.#recent = recent;
    this.#changed = changed;
  }

  /** The text of the box changed: it is asked after a pause. */
  type(text: string): void {
    const question = text.trim();
    if (question && question === this.#wanted) return this.activate(-1);
    this.#want(question);
    if (!question) return this.#showRecent();
    this.activate(-1);
    if ([...question].length >= LEAST) this.#askAfter(PAUSE);
  }

  /** Ask at once, unless the answer is there or on its way. */
  submit(text: string): void {
    const question = text.trim();
    if (!question) return;
    if (question === this.state.question) return this.expand();
    if (question === this.#wanted && this.#asking) return;
    this.#want(question);
    this.#askAfter(0);
  }

  /** A person came to the box. */
  enter(text: string): void {
    const question = text.trim();
    if (question && question !== this.state.question) this.type(text);
    else if (question) this.expand();
    else this.#showRecent();
  }

  /** They left it: nothing is asked any more, and only an answer is kept. */
  leave(): void {
    const kept = this.state.notice.is === "answer" ? this.state : NOTHING;
    this.#want(kept.question);
    this.#set({ ...kept, open: false, active: -1 });
  }

  expand(): void {
    this.#set({ open: this.state.notice.is !== "nothing" });
  }

  /** One row down (1) or up (-1), over the ends and around. */
  move(step: 1 | -1): void {
    const { active, rows } = this.state;
    const from = active < 0 && step < 0 ? 0 : active;
    if (rows.length) this.#set({ open: true, active: (from + step + rows.length) % rows.length });
  }

  activate(active: number): void {
    this.#set({ active });
  }

  #want(question: string): void {
    this.#wanted = question;
    this.#asking = false;
    this.#turn += 1;
    this.#inFlight.abort();
    clearTimeout(this.#timer);
  }

  #showRecent(): void {
    const rows = this.#recent().map((question) => ({ question }));
    this.#set(rows.length ? { ...NOTHING, rows, notice: { is: "recent" }, open: true } : NOTHING);
  }

  #askAfter(pause: number): void {
    const quiet = this.#quietUntil - Date.now();
    const wait = Math.max(pause, quiet);
    if (quiet > pause) this.#set({ ...NOTHING, notice: { is: "busy", seconds: Math.ceil(quiet / 1000) }, open: true });
    this.#timer = setTimeout(() => void this.#askWanted(), wait);
  }

  async #askWanted(): Promise<void> {
    const question = this.#wanted;
    const turn = this.#turn;
    this.#asking = true;
    this.#inFlight = new AbortController();
    this.#timer = setTimeout(() => this.#set({ notice: { is: "searching" }, open: true }), SLOW);
    const outcome = await this.#ask(question, this.#inFlight.signal);
    if (turn !== this.#turn) return;
    clearTimeout(this.#timer);
    this.#asking = false;
    if (outcome.is === "answer") {
      this.#set({ question, rows: outcome.places, notice: outcome, active: -1, open: true });
    } else if (outcome.is === "busy" && outcome.seconds) {
      this.#quietUntil = Date.now() + outcome.seconds * 1000;
      this.#askAfter(0);
    } else {
      this.#set({ ...NOTHING, notice: outcome, open: true });
    }
  }

  #set(changes: Partial<State>): void {
    this.state = { ...this.state, ...changes };
    this.#changed();
  }
}
