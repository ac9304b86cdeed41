"""Writing systems: which characters belong to scripts that put no spaces between words."""

from __future__ import annotations

import re
import unicodedata

# Kana, kanji and their iteration marks, for a regular expression's [...].
WIDE = r"\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"


# Words that no English question does without.
ENGLISH = frozenset(
    "a about and are at be can did do does for from has have how in is mean means of on or say the to was what when "
    "where which who why will with".split()
)


def is_wide(character: str) -> bool:
    """Whether a character, punctuation too, is written as wide as a kanji; "" is not."""
    return character != "" and unicodedata.east_asian_width(character) in "WF"


def is_whole(text: str) -> bool:
    """Whether a text can be written: JSON can carry half a character (a lone surrogate), files and pages cannot."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def is_japanese(text: str) -> bool:
    """Whether a question with kana or kanji in it is Japanese, and not an English one about a Japanese word.

    Names tell nothing: "J-AISIとは" has more Latin letters than others.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.search(f"[{WIDE}]", plain) is not None and not ENGLISH & set(re.findall(r"[a-z]+", plain))
