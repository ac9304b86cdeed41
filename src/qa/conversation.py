"""A query and those before it -> hits: what a follow-up leaves unsaid is taken from the conversation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qa.confidence import estimate_confidence, threshold
from qa.encoder import Encoder
from qa.hint_index import Likeness
from qa.index import Index
from qa.lexical import terms
from qa.retrieval import DEPTH, SHARES, Found, Shares, search
from qa.types import Hit

# Queries before this one that are read with it: a thread of talk is rarely longer before it names its subject again.
TURNS = 3
# A query of so many terms or fewer ("Trademarks?") leaves most to what was said before. Reading all so, each after one
# on its section, answered 2 more of 274 dev questions and let 6 more of 120 near misses through.
FEW = 3


def converse(
    index: Index,
    encoder: Encoder,
    query: str,
    history: Sequence[str],
    k: int,
    document: str | None = None,
    shares: Shares = SHARES,
) -> Found:
    """As `search`, but for a query that is to be read with those before it, oldest first.

    Each passage has the mean of its scores for the query alone and for all in one. On a new subject the query alone
    decides, since the best passage for it gets little from what was said before; in a follow-up the two agree on what
    both are about. What was said before is dropped where the first passage is the one that the query finds alone, and
    where all together is not answered either.
    """
    alone = search(index, encoder, query, max(k, DEPTH), document, shares)
    first = replace(alone, hits=alone.hits[:k])
    earlier = tuple(history[-TURNS:])
    if not earlier or not alone.hits or alone.named:
        return first
    together = search(index, encoder, "\n".join([*earlier, query]), max(k, DEPTH), document, shares)
    hits = _merge(alone.hits, together.hits)[:k]
    answered = estimate_confidence(first) >= threshold(first)
    if alone.likeness and alone.likeness.reason == "too_vague":
        # What it finds alone says nothing then.
        merged = Found(together.hits[:k], likeness=together.likeness, history=earlier)
    elif _place(hits[0]) == _place(alone.hits[0]) and (answered or len(terms(query)) > FEW):
        return first
    else:
        merged = Found(hits, likeness=_mean_likeness(alone.likeness, together.likeness), history=earlier)
    return merged if estimate_confidence(merged) >= threshold(merged) else first


def _merge(alone: Sequence[Hit], together: Sequence[Hit]) -> tuple[Hit, ...]:
    """All passages of both, by their mean scores; one that is in one list only has the lowest score of the other."""
    lists = [{_place(hit): hit for hit in hits} for hits in (alone, together)]
    lowest = [min(hit.score for hit in hits) for hits in (alone, together)]
    merged = []
    for place in dict.fromkeys([*lists[1], *lists[0]]):
        found = [hits[place] for hits in lists if place in hits]
        scores = [hits[place].score if place in hits else low for hits, low in zip(lists, lowest, strict=True)]
        hints = [hit.hint for hit in found if hit.hint is not None]
        merged.append(
            replace(
                # What was said before tells the passage, the query the sentence in it.
                found[0],
                score=sum(scores) / 2,
                dense=sum(hit.dense for hit in found) / len(found),
                lexical=sum(hit.lexical for hit in found) / len(found),
                hint=sum(hints) / len(hints) if hints else None,
            )
        )
    return tuple(sorted(merged, key=lambda hit: -hit.score))


def _mean_likeness(alone: Likeness | None, together: Likeness | None) -> Likeness | None:
    if alone is None or together is None:
        return alone
    return replace(
        alone,
        answered=(alone.answered + together.answered) / 2,
        unanswered=(alone.unanswered + together.unanswered) / 2,
        learnt=(alone.learnt + together.learnt) / 2,
    )


def _place(hit: Hit) -> tuple[str, int]:
    return hit.passage.document, hit.passage.start
