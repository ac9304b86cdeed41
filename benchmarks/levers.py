"""What else was tried in the search, on the dev questions and on a set about another document.

python benchmarks/levers.py > benchmarks/results/levers.md

None of these is in the program: each would have to find more than what is there without it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from rapidfuzz import fuzz, process
from sklearn.feature_extraction.text import TfidfVectorizer

from qa.answers import Assistant, open_assistant
from qa.evaluation import evaluate
from qa.lexical import terms
from qa.passages import embedded
from qa.questions import Question
from qa.retrieval import DEPTH, SHARES, Found, search
from qa.settings import CHECKOUT, Settings
from qa.trial import Trial, default_sets, made_of, prepare, trial_of_sets
from qa.types import Hit

FOREIGN = CHECKOUT / "benchmarks" / "foreign" / "fhs-3.0.json"
# Letters two words have to share, of 100, to be one with a slip; shorter words are left alone.
SLIP, LETTERS = 85, re.compile("[A-Za-z]{5,}")
LONG_NAME = re.compile(r"((?:[A-Z][\w-]+(?: (?:of|for|and|on|the))? ){2,}[\w-]*)\(([A-Z][A-Za-z-]{1,9})\)")
BRITISH = [("isation", "ization"), ("ise", "ize"), ("our", "or"), ("ence", "ense"), ("tre", "ter"), ("mme", "m")]
JOINT = re.compile(r"[?？。;]\s*|,? and (?=(?:what|who|when|which|how|where)\b)|、(?=.{6,}[はがの])", re.IGNORECASE)


@dataclass(frozen=True)
class Levers:
    """The search of one index, with one thing changed in each."""

    assistant: Assistant

    def as_it_is(self, query: str) -> Found:
        """The search in use."""
        return search(self.assistant.index, self.assistant.encoder, query, DEPTH)

    def spelling(self, query: str) -> Found:
        """Words that no passage has are read as the nearest that one has."""
        return self.as_it_is(re.sub(LETTERS, lambda word: self._mended(word[0]), query))

    def aliases(self, query: str) -> Found:
        """To "ABBR" the long name is added that the document gives it, and to that the short one."""
        other = [b for a, b in self._names if re.search(rf"(?<!\w){re.escape(a)}(?!\w)", query) and b not in query]
        return self.as_it_is(" ".join([query, *dict.fromkeys(other)]))

    def american(self, query: str) -> Found:
        """To words of British spelling the American ones are added, and the other way round."""
        words = {w for w in query.split() for a, b in BRITISH for w in _other(w, a, b) if w not in query}
        return self.as_it_is(" ".join([query, *sorted(words)]))

    def parts(self, query: str) -> Found:
        """A question of several parts is asked part by part too; the best of each part come first, in turn."""
        parts = [part for part in JOINT.split(query) if len(part) > 5]
        whole = self.as_it_is(query)
        if len(parts) < 2:
            return whole
        lists = [self.as_it_is(part).hits[:2] for part in parts]
        first = [hit for rank in zip(*lists, strict=True) for hit in rank]
        return _in_order([*whole.hits[:1], *first, *whole.hits], whole)

    def shape(self, query: str) -> Found:
        """Twice the share for words where a query is a few of them, and half where it is a sentence."""
        share = SHARES.lexical * (2 if len(query.split()) < 4 and "?" not in query else 0.5)
        return search(self.assistant.index, self.assistant.encoder, query, DEPTH, shares=replace(SHARES, lexical=share))

    def characters(self, query: str) -> Found:
        """A tenth of the score for runs of two to four letters in common."""
        found, (model, rows) = self.as_it_is(query), self._runs
        alike = (rows @ model.transform([query.casefold()]).T).toarray()[:, 0]
        place = {id(p): row for row, p in enumerate(self.assistant.index.passages)}
        return _in_order(sorted(found.hits, key=lambda h: -(h.score + 0.1 * alike[place[id(h.passage)]])), found)

    def no_sentences(self, query: str) -> Found:
        """The vectors of whole passages alone."""
        index, found = self.assistant.index, self.as_it_is(query)
        vector = self.assistant.encoder.encode([query], "query")[0]
        cosines = dict(index.dense.rank(vector, len(index.passages)))
        place = {id(p): row for row, p in enumerate(index.passages)}
        scores = {id(h): SHARES.fuse(cosines[place[id(h.passage)]], h.lexical, h.hint) for h in found.hits}
        return _in_order(sorted(found.hits, key=lambda hit: -scores[id(hit)]), found)

    def _mended(self, word: str) -> str:
        if set(terms(word)) & self._known:
            return word
        found = process.extractOne(word.casefold(), self._words, scorer=fuzz.ratio, score_cutoff=SLIP)
        return found[0] if found else word

    @cached_property
    def _words(self) -> list[str]:
        texts = [embedded(passage).casefold() for passage in self.assistant.index.passages]
        return sorted({word for text in texts for word in LETTERS.findall(text)})

    @cached_property
    def _known(self) -> set[str]:
        asked = (hint.text for hint in self.assistant.index.hints.hints)
        return {term for text in (*self._words, *asked) for term in terms(text)}

    @cached_property
    def _names(self) -> list[tuple[str, str]]:
        texts = (document.text for document in self.assistant.documents)
        pairs = [(long.strip(), short) for text in texts for long, short in LONG_NAME.findall(text)]
        return [*pairs, *((short, long) for long, short in pairs)]

    @cached_property
    def _runs(self) -> tuple[TfidfVectorizer, np.ndarray]:
        model = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True)
        return model, model.fit_transform(embedded(p).casefold() for p in self.assistant.index.passages)


Lever = Callable[[Levers, str], Found]
LEVERS: Mapping[str, Lever] = {
    "the search in use": Levers.as_it_is,
    "no vectors of sentences": Levers.no_sentences,
    "spelling mended": Levers.spelling,
    "British and American spelling": Levers.american,
    "abbreviations and long names": Levers.aliases,
    "parts asked one by one": Levers.parts,
    "shares by the shape of the query": Levers.shape,
    "runs of letters": Levers.characters,
}


def main() -> None:
    """Print one row a lever: what it finds first and among five."""
    settings = Settings()
    own = trial_of_sets(open_assistant(settings), default_sets(settings, "dev"))
    foreign = prepare([FOREIGN], None, None, None, open_assistant, settings, lambda *done: None)
    columns: list[tuple[Trial, str, Callable[[Question], bool], str]] = [
        (own, "passage", lambda q: q.language == "en", "passage"),
        (own, "section", lambda q: q.language == "en", "section"),
        (own, "section", lambda q: q.kind == "paraphrase", "paraphrases: section"),
        (own, "section", lambda q: q.language == "ja", "Japanese: section"),
        (foreign, "document", lambda q: True, f"{foreign.name}: section"),
    ]
    for trial in (own, foreign):
        print(f"{len(wanted(trial))} questions of {trial.name}; {made_of(trial.assistant)}.\n")
    print(f"| | {' | '.join(f'{name} first | in five' for *_, name in columns)} |")
    print(f"|---|{'---|---|' * len(columns)}")
    for name, lever in LEVERS.items():
        ranks = {trial.name: ranks_of(trial, lever) for trial in (own, foreign)}
        cells = []
        for trial, level, asked, _ in columns:
            found = [by[level] for question, by in ranks[trial.name] if asked(question)]
            cells += [f"{np.mean([rank is not None and rank <= k for rank in found]):.3f}" for k in (1, 5)]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def wanted(trial: Trial) -> list[Question]:
    """The questions that have an answer, and can be understood alone."""
    return [question for question in trial.questions if question.status == "answered" and question.kind != "follow_up"]


def ranks_of(trial: Trial, lever: Lever) -> Sequence[tuple[Question, Mapping[str, int | None]]]:
    """Each question with the rank of the first relevant one at each level."""
    levers = Levers(trial.assistant)
    outcomes = evaluate(trial.assistant, wanted(trial), trial.qrels, lambda query, _: lever(levers, query))
    return [(o.question, {level: o.rank(level) for level in ("passage", "section", "document")}) for o in outcomes]


def _in_order(hits: Iterable[Hit], found: Found) -> Found:
    return replace(found, hits=tuple(dict.fromkeys(hits)))


def _other(word: str, one: str, other: str) -> list[str]:
    return [word.replace(a, b) for a, b in ((one, other), (other, one)) if a in word]


if __name__ == "__main__":
    main()
