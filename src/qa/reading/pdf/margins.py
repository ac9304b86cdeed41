"""What pages carry at their edges: running heads, stamps, line numbers, and the page number they print."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa.reading.furniture import PAGE_NUMBER
from qa.reading.lines import fold
from qa.reading.pdf.rows import Row

# Running heads stand in this share of the page's height, at the top or at the bottom.
OUTER = 0.13
# Where more pages have a row at the same height, points, with the same words, it belongs to none of them.
REPEATED = 3
SAME_HEIGHT = 2.0
NUMBER = re.compile(r"(?<![\d.,])\d{1,4}(?![\d,]|\.\d)", re.ASCII)
# A column of so many numbers that only rise, beside the text, numbers its lines.
LINE_NUMBERS = 5


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of the file, with its rows and its extent upwards (points)."""

    index: int
    rows: tuple[Row, ...]
    bottom: float
    top: float


def find_furniture(sheets: Sequence[Sheet]) -> tuple[set[Row], dict[int, int]]:
    """The rows that belong to pages and not to the text, and the printed number of each sheet that has one."""
    furniture = {row for sheet in sheets for row in sheet.rows if _is_marked(row)}
    furniture |= {row for sheet in sheets for row in _line_numbers(sheet, furniture)}
    outer = [row for sheet in sheets for row in sheet.rows if _is_outer(row, sheet)]
    levels = _levels(row for row in outer if row not in furniture)
    numbers = _page_numbers(_levels(_outermost(sheets, outer)), len(sheets))
    furniture |= {row for row in outer if _is_number(row, numbers)}
    inner = {_looks(row) for sheet in sheets for row in sheet.rows if not _is_outer(row, sheet)}
    often = min(REPEATED, max(2, len(sheets) // 2))
    for level in levels:
        alike: defaultdict[str, list[Row]] = defaultdict(list)
        for row in level:
            # What stands between the edges too, in the same type, is a heading that pages happen to begin with.
            if _looks(row) not in inner:
                alike[_without_number(row, numbers.get(row.page))].append(row)
        found = [row for rows in alike.values() if len({row.page for row in rows}) >= often for row in rows]
        numbered = [row for row in level if _bears_number(row, numbers)]
        found += numbered if len({row.page for row in numbered}) >= often else []
        furniture |= set(found)
        if found and len(found) >= len(level) / 2:
            # The running head of a short chapter stands where the others do.
            sizes = {round(row.size, 1) for row in found}
            furniture |= {row for row in level if round(row.size, 1) in sizes}
    if all(row in furniture for sheet in sheets for row in sheet.rows):
        # Pages that all say the same still say it.
        return set(), numbers
    return furniture, numbers


def _looks(row: Row) -> tuple[str, float, bool]:
    return fold(row.text), round(row.size, 1), row.bold


def _is_marked(row: Row) -> bool:
    return all(run.artifact or not run.upright for run in row.runs if run.text.strip())


def _is_outer(row: Row, sheet: Sheet) -> bool:
    margin = OUTER * (sheet.top - sheet.bottom)
    return not sheet.bottom + margin < row.y < sheet.top - margin


def _outermost(sheets: Sequence[Sheet], outer: Sequence[Row]) -> list[Row]:
    """The rows of the first and the last level of each sheet: nothing stands outside a page's number."""
    edges = {sheet.index: [row.y for row in sheet.rows] for sheet in sheets if sheet.rows}
    return [row for row in outer if min(max(edges[row.page]) - row.y, row.y - min(edges[row.page])) < SAME_HEIGHT]


def _levels(rows: Iterable[Row]) -> list[list[Row]]:
    """Rows of all pages, those of the same height together."""
    levels: list[list[Row]] = []
    for row in sorted(rows, key=lambda row: row.y):
        if levels and row.y - levels[-1][-1].y <= SAME_HEIGHT:
            levels[-1].append(row)
        else:
            levels.append([row])
    return levels


def _without_number(row: Row, number: int | None) -> str:
    """The words of a row, folded, without the number of its page."""
    return fold(NUMBER.sub(lambda match: "" if int(match.group()) == number else match.group(), row.text))


def _page_numbers(levels: Sequence[Sequence[Row]], pages: int) -> dict[int, int]:
    """Sheet -> printed number: of the numbers at one height, beside the same words, those that go up with the pages."""
    series: list[tuple[int, int, int]] = []
    for level in levels:
        beside: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for row in level:
            numbers_here = list(NUMBER.finditer(row.text))
            for match in numbers_here:
                rest = fold(row.text[: match.start()] + row.text[match.end() :])
                beside[NUMBER.sub("", rest)].append((row.page, int(match.group())))
            # Or at the same end of the row, where the words beside it are those of the chapter.
            for end, ones in (("first", numbers_here[:1]), ("last", numbers_here[-1:])):
                beside[end] += [(row.page, int(one.group())) for one in ones if _is_at_end(one, row.text)]
        for found in beside.values():
            shifts = Counter(number - page for page, number in set(found))
            series += [(shifts[number - page], page, number) for page, number in found if number > 0]
    # Two pages could agree by accident; of several series the longest is right.
    numbers = {page: number for support, page, number in sorted(series) if support >= min(pages, 2)}
    for before, after in pairwise(sorted(numbers)):
        # A page that prints none, between two that do.
        if numbers[after] - numbers[before] == after - before:
            numbers |= {page: numbers[before] + page - before for page in range(before, after)}
    return numbers


def _is_at_end(match: re.Match[str], text: str) -> bool:
    return not text[: match.start()].strip(" |\t–—-/") or not text[match.end() :].strip(" |\t–—-/")


def _bears_number(row: Row, numbers: dict[int, int]) -> bool:
    """Whether the number of its page stands at one end of a row."""
    matches = [match for match in NUMBER.finditer(row.text) if int(match.group()) == numbers.get(row.page)]
    return any(_is_at_end(match, row.text) for match in matches)


def _is_number(row: Row, numbers: dict[int, int]) -> bool:
    """Whether a row is the number of its page and nothing else."""
    match = PAGE_NUMBER.fullmatch(row.text)
    return match is not None and numbers.get(row.page) == int(match.group(1))


def _line_numbers(sheet: Sheet, furniture: set[Row]) -> list[Row]:
    """Rows that are a number each, in one column beside the text, rising from top to bottom."""
    rows = [row for row in sheet.rows if row not in furniture]
    found = [row for row in rows if re.fullmatch(r"\d{1,4}", row.text)]
    edges = Counter(round(row.end) for row in found).most_common(1)
    numbers = sorted((row for row in found if abs(row.end - edges[0][0]) <= 1), key=lambda row: -row.y)
    text = [row for row in rows if row not in numbers]
    if len(numbers) < LINE_NUMBERS or not text:
        return []
    steps = {int(after.text) - int(before.text) for before, after in pairwise(numbers)}
    beside = max(row.end for row in numbers) < min(row.x for row in text)
    return numbers if len(steps) == 1 and steps <= {1, 5} and beside else []
