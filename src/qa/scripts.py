"""Writing systems: which characters belong to scripts that put no spaces between words."""

from __future__ import annotations

import re
import unicodedata

# Kana, kanji and their iteration marks, for a regular expression's [...].
WIDE = r"\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"


def is_wide(character: str) -> bool:
    """Whether a character, punctuation too, is written as wide as a kanji; "" is not."""
    return character != "" and unicodedata.east_asian_width(character) in "WF"


def is_japanese(text: str) -> bool:
    """Whether most letters of a text are kana or kanji."""
    letters = [character for character in text if character.isalpha()]
    return 2 * len(re.findall(f"[{WIDE}]", text)) > len(letters)
