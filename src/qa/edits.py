"""How one text becomes another: spans that are equal, deleted or inserted, cut where a reader would cut."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import accumulate, takewhile
from typing import Literal

from qa.scripts import WIDE

Span = tuple[int, int]
Change = tuple[Span, Span]
Operation = Literal["equal", "deleted", "inserted"]

# Coarse to fine: sentences and lines, then words, each with the white space before it. Scripts without spaces are
# cut into characters.
SENTENCES = re.compile(r"\s*\S.*?(?:[.!?](?=\s)|[。！？]|(?=\n)|\Z)|\s+\Z", re.DOTALL)
WORDS = re.compile(rf"\s*(?:[{WIDE}]|[^\W{WIDE}]+|[^\w\s])|\s+\Z")
# Pairs of equal pieces that one comparison may look at, a second's work; a reader gains nothing from
# the few words that two texts full of the same words then still share.
PAIRS_AT_MOST = 50_000
# Sentences that share less of their characters than this are shown one after the other, not woven together.
SHARED_AT_LEAST = 0.4
# Two spellings of a word share at their ends at least this much of the longer one.
SPELLING = 0.6


@dataclass(frozen=True, slots=True)
class Edit:
    """A span of the old text and what it is in the new one; the span of a text that lacks it is empty."""

    operation: Operation
    old: Span
    new: Span


def find_edits(old: str, new: str, old_start: int = 0, new_start: int = 0) -> tuple[Edit, ...]:
    """The edits from `old` to `new`, in order and without gaps; offsets count from the starts given.

    Equal and deleted spans make up the old text, equal and inserted ones the new.
    """
    edits: list[Edit] = []
    at, to = 0, 0

    def add(operation: Operation, end: int, until: int) -> None:
        nonlocal at, to
        if (end, until) != (at, to):
            edits.append(Edit(operation, (old_start + at, old_start + end), (new_start + to, new_start + until)))
        at, to = end, until

    for (a, b), (c, d) in _joined(_changes(old, new), old):
        add("equal", a, c)
        add("deleted", b, to)
        add("inserted", at, d)
    add("equal", len(old), len(new))
    return tuple(edits)


def _changes(old: str, new: str) -> list[Change]:
    """What is replaced by what, in order: whole sentences, or the words in those that are alike."""
    return [
        _moved(change, a, c)
        for (a, b), (c, d) in _align(SENTENCES.findall(old), SENTENCES.findall(new))
        for change in _reworded(old[a:b], new[c:d])
    ]


def _reworded(old: str, new: str) -> list[Change]:
    """What differs in a run of sentences: sentence by sentence where each has its like, else all together."""
    before, after = SENTENCES.findall(old), SENTENCES.findall(new)
    if len(before) == len(after):
        found: list[Change] = []
        at = to = 0
        for sentence, other in zip(before, after, strict=True):
            words = _words(sentence, other)
            if words is None:
                break
            found += [_moved(change, at, to) for change in words]
            at, to = at + len(sentence), to + len(other)
        else:
            return found
    whole = (0, len(old)), (0, len(new))
    return _words(old, new) or [whole]


def _words(old: str, new: str) -> list[Change] | None:
    """The words that differ, None where too few are the same."""
    changes = list(_align(WORDS.findall(old), WORDS.findall(new)))
    if _shared(old, new, changes) < SHARED_AT_LEAST:
        return None
    return [_narrowed(change, old, new) for change in _joined(changes, old, r"[^\S\n]*")]


def _align(old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    """The spans, in characters, of the runs of pieces that differ."""
    before, after = ([piece.lstrip() for piece in pieces] for pieces in (old, new))
    starts, begins = (list(accumulate(map(len, pieces), initial=0)) for pieces in (old, new))
    at = to = 0
    counts = Counter(after)
    if sum(counts[piece] for piece in before) <= PAIRS_AT_MOST:
        for first, second, size in SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks():
            for i, j in zip(range(first, first + size), range(second, second + size), strict=True):
                # The same word after other white space: that is what differs.
                lead, space = (0, 0) if old[i] == new[j] else (_lead(old[i]), _lead(new[j]))
                if (starts[i] + lead, begins[j] + space) != (at, to):
                    yield (at, starts[i] + lead), (to, begins[j] + space)
                at, to = starts[i + 1], begins[j + 1]
    if (starts[-1], begins[-1]) != (at, to):
        yield (at, starts[-1]), (to, begins[-1])


def _lead(piece: str) -> int:
    return len(piece) - len(piece.lstrip())


def _joined(changes: Sequence[Change], old: str, between: str = "") -> list[Change]:
    """Changes with nothing between them, or only what the expression matches, as one."""
    joined: list[Change] = []
    for (a, b), (c, d) in changes:
        if joined and re.fullmatch(between, old[joined[-1][0][1] : a]):
            (a, _), (c, _) = joined.pop()
        joined.append(((a, b), (c, d)))
    return joined


def _moved(change: Change, old: int, new: int) -> Change:
    """The change in texts that begin so much earlier."""
    (a, b), (c, d) = change
    return (a + old, b + old), (c + new, d + new)


def _shared(old: str, new: str, changes: Sequence[Change]) -> float:
    """The share of the shorter text, white space aside, that the changes leave as it is."""
    sizes = _inked(old), _inked(new)
    kept = sizes[0] - sum(_inked(old[a:b]) for (a, b), _ in changes)
    return kept / max(min(sizes), 1)


def _inked(text: str) -> int:
    return sum(not character.isspace() for character in text)


def _narrowed(change: Change, old: str, new: str) -> Change:
    """The change without the white space both begin with, and of two spellings of a word only what differs.

    Numbers are left whole: "20[-25-]{+26+}" is harder to read than "[-2025-]{+2026+}".
    """
    (a, b), (c, d) = change
    space = _same(old[a:b], new[c:d], str.isspace)
    a, c = a + space, c + space
    before, after = old[a:b], new[c:d]
    if not (before.isalpha() and after.isalpha()):
        return (a, b), (c, d)
    skip = _same(before, after)
    drop = _same(before[skip:][::-1], after[skip:][::-1])
    if skip + drop < SPELLING * max(len(before), len(after)):
        return (a, b), (c, d)
    return (a + skip, b - drop), (c + skip, d - drop)


def _same(old: str, new: str, of: Callable[[str], object] = str) -> int:
    """How many characters of a kind two texts begin with alike."""
    alike = takewhile(lambda pair: pair[0] == pair[1] and of(pair[0]), zip(old, new, strict=False))
    return sum(1 for _ in alike)
