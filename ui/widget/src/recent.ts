/** The last questions, kept in this tab only. Where storage is blocked there are none. */

const KEPT = 5;

/** The list with a question in front, each once, at most five. */
export function withQuestion(questions: readonly string[], question: string): string[] {
  return [question, ...questions.filter((other) => other !== question)].slice(0, KEPT);
}

export function recentQuestions(key: string): string[] {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(key) ?? "[]");
    return Array.isArray(kept) ? kept.filter((question) => typeof question === "string").slice(0, KEPT) : [];
  } catch {
    return [];
  }
}

export function keepQuestion(key: string, question: string): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(withQuestion(recentQuestions(key), question)));
  } catch {
    // Blocked or full: the question is not kept.
  }
}

export function forgetQuestions(key: string): void {
  try {
    sessionStorage.removeItem(key);
  } catch {
    // Blocked: nothing was kept.
  }
}
