/** The service's HTTP API, as far as the widget needs it. */

import type { Span } from "./text";

/** A passage, or a section that comes near (its text is empty). `document` is a title where it is known. */
export type Place = Readonly<{
  id: string;
  document: string;
  label: string;
  heading: string;
  page: string;
  text: string;
  marks: readonly Span[];
  url: string;
}>;
export type Answer = Readonly<{
  is: "answer";
  status: string;
  message: string;
  language: string;
  count: number;
  places: readonly Place[];
}>;
/** Why there is no answer. `refused` has the service's own sentence, `busy` the seconds to wait (0: not told). */
export type Failure = Readonly<
  { is: "unavailable" } | { is: "busy"; seconds: number } | { is: "refused"; message: string }
>;
/** What to ask of the service at `base`: a number of passages, and one document or, if empty, all. */
export type Asking = Readonly<{ base: URL; document: string; results: string }>;

/** Milliseconds after which a service that says nothing counts as unreachable. */
const PATIENCE = 20_000;

/** The service's root: what the page names (relative to the page), else the folder the module came from. */
export function serviceBase(named: string | null, module: string, page: string): URL {
  if (named === null) return new URL(".", module);
  const base = new URL(named, page);
  if (!base.pathname.endsWith("/")) base.pathname += "/";
  return base;
}

/** The page with all results of a question. */
export function resultsUrl({ base, document }: Asking, question: string): string {
  return new URL(`search?${parameters({ q: question, document })}`, base).href;
}

/** Asks the service. Never rejects: whatever goes wrong is a Failure. */
export async function ask(asking: Asking, question: string, signal: AbortSignal): Promise<Answer | Failure> {
  try {
    const { base, document, results } = asking;
    const response = await fetch(new URL(`api/search?${parameters({ q: question, k: results, document })}`, base), {
      credentials: "omit",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]),
    });
    const wait = response.headers.get("Retry-After");
    if (response.status === 429 || (response.status === 503 && wait)) return { is: "busy", seconds: waitingSeconds(wait) };
    if (response.ok) return answerOf(await response.json(), base);
    const message: unknown = response.status < 500 && (await response.json()).error.message;
    return typeof message === "string" ? { is: "refused", message } : { is: "unavailable" };
  } catch {
    return { is: "unavailable" };
  }
}

/** The seconds of a Retry-After header; 0 without one, or where it is a date. */
export function waitingSeconds(header: string | null): number {
  return /^\d{1,4}$/.test(header ?? "") ? Number(header) : 0;
}

interface PlaceBody {
  id?: string;
  document: string;
  label: string;
  title: string;
  page: number | null;
  text?: string;
  marks?: Span[];
  permalink: string;
}
interface AnswerBody {
  status: string;
  message: string;
  language: string;
  document: { id: string; title: string } | null;
  results: PlaceBody[];
  nearest: PlaceBody[];
}

/** The body of an answer as the widget shows it. Throws a TypeError if it is none. */
export function answerOf(body: AnswerBody, base: URL): Answer {
  const { status, message, language, document, results, nearest } = body;
  const bodies = results.length ? results : nearest;
  const severalDocuments = new Set(bodies.map((place) => place.document)).size > 1;
  const places = bodies.map((place) => ({
    id: place.id ?? "",
    document: !severalDocuments ? "" : place.document === document?.id ? document.title : place.document,
    label: place.label,
    heading: place.title,
    page: place.page === null ? "" : String(place.page),
    text: place.text ?? "",
    marks: place.marks ?? [],
    url: placeUrl(place.permalink, base),
  }));
  return { is: "answer", status, message, language, count: results.length, places };
}

/** A permalink below the service's root, wherever that is. One that leads elsewhere leads to the root. */
function placeUrl(permalink: string, base: URL): string {
  const url = new URL(permalink.replace(/^\/+/, ""), base);
  return url.origin === base.origin ? url.href : base.href;
}

function parameters(named: Record<string, string>): string {
  return new URLSearchParams(Object.entries(named).filter(([, value]) => value)).toString();
}
