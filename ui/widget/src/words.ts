/** What the widget says itself; each can be said otherwise by an attribute "label-…". */

const EN = {
  button: "Search the document",
  question: "Your question",
  placeholder: "Ask in your own words",
  close: "Close",
  results: "Passages",
  page: "Page {}",
  all: "All results",
  searching: "Searching…",
  recent: "Recent questions",
  forget: "Forget them",
  unavailable: "The search cannot be reached right now. Please try again in a few minutes.",
  busy: "Too many questions at once. Please wait a moment and ask again.",
  "busy-seconds": "Too many questions at once. Seconds until yours is asked: {}.",
};

export type Word = keyof typeof EN;
export type Words = Readonly<Record<Word, string>>;

const JA: Words = {
  button: "文書を検索",
  question: "質問",
  placeholder: "知りたいことを入力",
  close: "閉じる",
  results: "該当箇所",
  page: "{}ページ",
  all: "すべての結果",
  searching: "検索中…",
  recent: "最近の質問",
  forget: "履歴を消去",
  unavailable: "現在、検索を利用できません。数分後にもう一度お試しください。",
  busy: "質問が集中しています。しばらく待ってからもう一度お試しください。",
  "busy-seconds": "質問が集中しています。{}秒後にもう一度検索します。",
};

export const LABELS = Object.keys(EN).map((word) => `label-${word}`);

/** The language of the built-in words for a language tag: "ja" or "en". */
export function languageOf(tag: string): "en" | "ja" {
  return /^ja(-|$)/i.test(tag.trim()) ? "ja" : "en";
}

/** The words for a language tag, each replaced by what `label` gives for it, if anything. */
export function wordsFor(tag: string, label: (name: string) => string | null): Words {
  const words = languageOf(tag) === "ja" ? JA : EN;
  const entries = Object.entries(words).map(([word, said]) => [word, label(`label-${word}`) ?? said]);
  return Object.fromEntries(entries) as Words;
}
