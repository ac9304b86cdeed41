"""The laws of edits: both texts come out whole, and the cuts are where a reader would make them."""

from __future__ import annotations

import random
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.edits import find_edits

PIECES = st.sampled_from(
    ["AI", "act", "June", "2025", "の", "安全", "性", " ", "  ", "\n\n", ". ", "。", ",", "é", "𠮷", "-"]
)
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=40).map("".join))


@st.composite
def reworded(draw: st.DrawFn) -> tuple[str, str]:
    """A text, and what is left of it after some cuts, insertions and moves."""
    old = draw(TEXTS)
    new = old
    for _ in range(draw(st.integers(0, 5))):
        start, end = sorted(draw(st.tuples(st.integers(0, len(new)), st.integers(0, len(new)))))
        new = new[:start] + draw(st.one_of(st.just(""), PIECES, st.just(new[:end]))) + new[end:]
    return old, new


def check_laws(old: str, new: str) -> None:
    edits = find_edits(old, new, 7, 100)
    at, to = 7, 100
    for edit in edits:
        # Nothing is left out, nothing comes twice.
        assert (edit.old[0], edit.new[0]) == (at, to)
        at, to = edit.old[1], edit.new[1]
        before, after = old[edit.old[0] - 7 : at - 7], new[edit.new[0] - 100 : to - 100]
        assert (bool(before), bool(after)) == (edit.operation != "inserted", edit.operation != "deleted")
        assert edit.operation != "equal" or before == after
    assert (at, to) == (7 + len(old), 100 + len(new))
    assert all(first.operation != second.operation for first, second in pairwise(edits))
    assert any(edit.operation != "equal" for edit in edits) == (old != new)


@settings(deadline=None)
@given(reworded())
def test_laws_hold_for_edited_texts(pair: tuple[str, str]) -> None:
    check_laws(*pair)


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_laws_hold_for_any_texts(old: str, new: str) -> None:
    check_laws(old, new)


def shown(old: str, new: str) -> str:
    signs = {"equal": "{}", "deleted": "[-{}-]", "inserted": "{{+{}+}}"}
    return "".join(
        signs[edit.operation].format(old[slice(*edit.old)] or new[slice(*edit.new)]) for edit in find_edits(old, new)
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("in force on June 4, 2025.", "in force on July 4, 2026.", "in force on [-June-]{+July+} 4, [-2025-]{+2026+}."),
        ("The organisation is ready.", "The organization is ready.", "The organi[-s-]{+z+}ation is ready."),
        (
            "All cats. Dogs ran. Fin.",
            "All cats. A bird. Dogs ran fast. Fin.",
            "All cats.{+ A bird.+} Dogs ran{+ fast+}. Fin.",
        ),
        ("A law is made here.", "A statute was made here.", "A [-law is-]{+statute was+} made here."),
        ("It rains in the north.", "Companies must report.", "[-It rains in the north.-]{+Companies must report.+}"),
        (
            "本基準は安全性を評価する。",
            "本指針は信頼性を評価する。",
            "本[-基準-]{+指針+}は[-安全-]{+信頼+}性を評価する。",
        ),
        ("one line", "one  line", "one {+ +}line"),
        ("", "new", "{+new+}"),
    ],
    ids=range(8),
)
def test_cuts_are_readable(old: str, new: str, expected: str) -> None:
    assert shown(old, new) == expected


def test_a_term_replaced_throughout_a_long_text_is_found_every_time() -> None:
    numbers = random.Random(1)
    sentences = [f"The AI Act says {' '.join(f'w{numbers.randrange(500)}' for _ in range(20))}." for _ in range(1000)]
    old = " ".join(sentences)
    assert shown(old, old.replace("Act", "Statute")).count("[-Act-]{+Statute+}") == 1000


@pytest.mark.parametrize("words", [2, 50, 1000])
def test_long_texts_of_the_same_words_take_no_time(words: int) -> None:
    numbers = random.Random(words)
    old, new = (" ".join(f"w{numbers.randrange(words)}" for _ in range(20_000)) for _ in range(2))
    started = time.perf_counter()
    check_laws(old, new)
    assert time.perf_counter() - started < 10
