"""Hits -> an answer: what to mark, whether to decline, which sections are nearest."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import lru_cache

from qa.addresses import Addresses
from qa.confidence import estimate_confidence, threshold
from qa.conversation import converse
from qa.encoder import Encoder, SentenceEncoder
from qa.errors import QuestionError
from qa.index import Index, open_index
from qa.reranking import RERANKED, CrossReranker, rerank
from qa.retrieval import Found
from qa.scripts import is_japanese, is_whole
from qa.settings import MOST_PASSAGES, QUESTION_LENGTH, Settings, read_settings
from qa.types import Answer, Document, Hit, Passage, Quote, Status
from qa.verification import check_document

# Answers remembered; each takes a few kB.
ANSWERS_KEPT = 512
# Sections offered when the question is declined.
NEAREST = 3
# Statuses for which the closest sections help; nothing is near to what is no question.
NEAR = ("not_in_document", "after_cutoff", "advice_requested", "too_vague")


class Assistant:
    """Answers questions from an open index. Safe to share between threads."""

    def __init__(self, index: Index, encoder: Encoder, settings: Settings) -> None:
        self.index = index
        self.encoder = encoder
        self.settings = settings
        self.reranker = CrossReranker(settings.reranker) if settings.reranker else None
        self.addresses = Addresses(index)
        # An answer follows from what is asked and was asked before, and the page asks a conversation again.
        self._cached = lru_cache(ANSWERS_KEPT)(self._answer)

    @property
    def documents(self) -> tuple[Document, ...]:
        """The documents it answers from."""
        return tuple(self.index.documents.values())

    def ask(
        self, question: str, k: int | None = None, document: str | None = None, history: Sequence[str] = ()
    ) -> Answer:
        """The `k` best passages, or the nearest sections when the documents do not seem to say.

        `document` is the id of the only one to search. `history` are the questions before it, oldest first, with
        which a follow-up is read; what is no question among them is passed over. Raises QuestionError for a question
        of no or too many characters, a `k` out of range, or a document that there is not.
        """
        k = self.settings.passages if k is None else k
        if not 1 <= k <= MOST_PASSAGES:
            raise QuestionError(f"k is {k}: wanted is a whole number from 1 to {MOST_PASSAGES}")
        check_document(document, self.index.documents)
        return self._cached(check_question(question), k, document, tuple(filter(is_question, history)))

    def close(self) -> None:
        """Let go of the index; it answers nothing from then on."""
        self._cached.cache_clear()
        del self.index, self.addresses

    def find(self, question: str, history: Sequence[str], k: int, document: str | None = None) -> Found:
        """The passages for a question and those before it, as they are before anything is concluded from them."""
        found = converse(self.index, self.encoder, question, history, max(k, RERANKED), document)
        return rerank(found, question, self.reranker) if self.reranker else found

    def _answer(self, question: str, k: int, document: str | None, history: tuple[str, ...]) -> Answer:
        return self.conclude(question, self.find(question, history, k, document), k, document)

    def conclude(self, question: str, found: Found, k: int, document: str | None = None) -> Answer:
        """What is said to a question for which this was found."""
        documents, hits = self.index.documents, found.hits
        confidence = estimate_confidence(found)
        status = self._status(question, found, confidence)
        best = documents[hits[0].passage.document] if hits else None
        quotes = tuple(_quote(hit) for hit in hits[:k]) if status == "answered" else ()
        nearest = _nearest(hits) if status in NEAR else ()
        searched = list(documents.values()) if document is None else [documents[document]]
        only = searched[0] if len(searched) == 1 else None
        return Answer(question, status, confidence, best, quotes, nearest, only, found.history)

    def _status(self, question: str, found: Found, confidence: float) -> Status:
        if is_japanese(question) and "ja" not in self.settings.languages:
            return "language_not_served"
        if confidence >= threshold(found):
            return "answered"
        return found.likeness.reason if found.likeness else "not_in_document"


def open_assistant(settings: Settings | None = None) -> Assistant:
    """The assistant over the index of these settings, by default those of the environment (QA_*).

    Raises IndexUnusable when there is no index or it is out of date, ModelError when the model cannot be had.
    """
    settings = settings or read_settings(os.environ)
    encoder = SentenceEncoder(settings.model)
    index = open_index(settings.corpus, settings.index, encoder, settings.hints)
    return Assistant(index, encoder, settings)


def reopen_assistant(assistant: Assistant) -> Assistant:
    """The assistant over the index as it is today, with the model that is loaded. Raises IndexUnusable."""
    settings, encoder = assistant.settings, assistant.encoder
    index = open_index(settings.corpus, settings.index, encoder, settings.hints)
    return Assistant(index, encoder, settings)


def is_question(text: str) -> bool:
    """Whether it can be asked."""
    try:
        return bool(check_question(text))
    except QuestionError:
        return False


def check_question(question: str) -> str:
    """The question without white space around it. Raises QuestionError."""
    question = question.strip()
    if not question:
        raise QuestionError("the question is empty: type a question")
    if len(question) > QUESTION_LENGTH:
        raise QuestionError(f"the question has {len(question)} characters: at most {QUESTION_LENGTH} are read")
    if not is_whole(question):
        raise QuestionError("the question holds half a character (a lone surrogate): type it again")
    return question


def _quote(hit: Hit) -> Quote:
    # In a passage of one sentence there is nothing to pick out.
    return Quote(hit, (hit.sentence,) if hit.sentence and len(hit.passage.sentences) > 1 else ())


def _nearest(hits: Iterable[Hit]) -> tuple[Passage, ...]:
    """The best passage of each of the sections found first."""
    sections: dict[tuple[str, int], Passage] = {}
    for hit in hits:
        sections.setdefault((hit.passage.document, hit.passage.section.start), hit.passage)
    return tuple(sections.values())[:NEAREST]
