"""A date as printed -> year, month and day."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from unicodedata import normalize

# Ways of printing a date that can be read in one way only (03/04/2026 and 2011-12 cannot), and how many parts each has.
DATES = {
    **dict.fromkeys(("%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y", "%Y-%m-%d", "%Y年%m月%d日"), 3),
    **dict.fromkeys(("%B %Y", "%b %Y", "%Y年%m月"), 2),
    **dict.fromkeys(("%Y", "%Y年"), 1),
}
# The year before the first of each era.
ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}


def read_date(printed: str) -> tuple[int, ...]:
    """Year, month and day of a printed date, as many as it has; none where it cannot be read for sure."""
    plain = " ".join(normalize("NFKC", printed).split()).replace("元年", "1年")
    if era := re.match(f"({'|'.join(ERAS)})([0-9]{{1,2}})(?=年)", plain):
        plain = f"{ERAS[era[1]] + int(era[2])}{plain[era.end() :]}"
    for form, parts in DATES.items():
        with suppress(ValueError):
            read = datetime.strptime(plain, form)
            return (read.year, read.month, read.day)[:parts]
    return ()
