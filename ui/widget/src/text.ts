/** Texts and the spans marked in them. The service counts code points, JavaScript UTF-16 units. */

export type Span = readonly [start: number, end: number];
export type Piece = Readonly<{ text: string; marked: boolean }>;

/** UTF-16 units before a mark that still leave it within the lines shown. */
const LEAD = 140;

/** Spans in code points as spans in UTF-16 units; those outside the text, empty or overlapping are left out. */
export function unitSpans(text: string, spans: readonly Span[]): Span[] {
  const units = [0];
  let unit = 0;
  for (const character of text) units.push((unit += character.length));
  const found: Span[] = [];
  let behind = 0;
  for (const [start, end] of [...spans].sort((a, b) => a[0] - b[0])) {
    const from = units[start];
    const to = units[end];
    if (from === undefined || to === undefined || from < behind || from >= to) continue;
    found.push([from, to]);
    behind = to;
  }
  return found;
}

/**
 * Where to begin to show a text so that its first mark is seen: 0, or the start of a sentence at most LEAD units
 * before the mark; within a longer sentence the start of a word.
 */
export function excerptStart(text: string, marks: readonly Span[]): number {
  const first = marks[0]?.[0] ?? 0;
  if (first <= LEAD) return 0;
  return (
    startWithin("sentence", text, first) ?? startWithin("word", text, first) ?? first
  );
}

function startWithin(granularity: "sentence" | "word", text: string, before: number): number | undefined {
  for (const { index, segment } of new Intl.Segmenter(undefined, { granularity }).segment(text)) {
    if (index > before) return undefined;
    if (index >= before - LEAD && segment.trim()) return index;
  }
  return undefined;
}

/** The text from `start` on, cut at the edges of the marks: joined again it is that slice. */
export function pieces(text: string, marks: readonly Span[], start = 0): Piece[] {
  const found: Piece[] = [];
  let at = start;
  const add = (end: number, marked: boolean): void => {
    if (end > at) found.push({ text: text.slice(at, end), marked });
    at = Math.max(at, end);
  };
  for (const [from, to] of marks) {
    add(from, false);
    add(to, true);
  }
  add(text.length, false);
  return found;
}
