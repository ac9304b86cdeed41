"""What is wrong with question sets: gold that the documents do not hold, ids given twice, copies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from qa.questions import Question, occurrences
from qa.types import Document

# Two questions whose characters are as alike as this, of 100, ask the same in the same words. In our sets every pair
# above did; below come pairs such as "the purpose of the patent law" and "of the design act".
ALIKE = 85


def check_questions(sets: Mapping[str, Iterable[Question]], documents: Iterable[Document]) -> list[str]:
    """What is wrong with question sets that are used together, one sentence each: their gold, ids, and copies."""
    return check_gold(sets, documents) + list(_check_alike(_named(sets)))


def check_gold(sets: Mapping[str, Iterable[Question]], documents: Iterable[Document]) -> list[str]:
    """What makes question sets useless for these documents, one sentence each."""
    documents = list(documents)
    named = _named(sets)
    complaints = [
        f"{name}: {question.id}: {complaint}"
        for name, question in named
        for complaint in _check_question(question, documents)
    ]
    homes: dict[str, str] = {}
    for name, question in named:
        if question.id in homes:
            complaints.append(f"{name}: {question.id}: {homes[question.id]} has that id too")
        homes.setdefault(question.id, name)
    return complaints


def _named(sets: Mapping[str, Iterable[Question]]) -> list[tuple[str, Question]]:
    return [(name, question) for name, questions in sets.items() for question in questions]


def _check_question(question: Question, documents: list[Document]) -> Iterator[str]:
    found = occurrences(question, documents)
    stands = {document.text[start:end] for document, _, start, end in found}
    for quote in question.evidence:
        if quote not in stands:
            yield f"its evidence does not stand in {', '.join(question.sections) or 'the documents'}: {quote[:80]!r}"
    for number in set(question.sections) - {section.number for _, section, _, _ in found}:
        yield f"section {number} holds none of its evidence"
    links = {source.url for d in documents for note in d.notes for source in note.sources}
    links |= {link.url for document in documents for link in document.links}
    for url in set(question.urls) - links:
        yield f"no document gives the link {url}"


def _check_alike(named: list[tuple[str, Question]]) -> Iterator[str]:
    """Questions that are nearly the same, in one set or in two."""
    from rapidfuzz import fuzz, process

    texts = [" / ".join(question.turns).casefold() for _, question in named]
    alike = process.cdist(texts, texts, scorer=fuzz.ratio, score_cutoff=ALIKE)
    for i, j in np.argwhere(np.triu(alike, 1)):
        yield f"{named[j][0]}: {named[j][1].id}: is nearly {named[i][1].id} of {named[i][0]}: {texts[j][:80]!r}"
