"""Which paragraphs are headings, and how deep: tags, bookmarks, type and numbers vote."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from qa.reading.contents import LEADER
from qa.reading.lines import fold, is_closed
from qa.reading.numbering import HEADING_LENGTH, cues
from qa.reading.pdf.levels import BULLET
from qa.reading.pdf.paragraphs import CLOSED_GAP, Paragraph
from qa.reading.pdf.rows import Row
from qa.reading.pdf.spacing import SAME_SIZE
from qa.reading.pdf.tags import Bookmark, Tag
from qa.reading.series import CAPTION

# So many votes make a heading. Tags and bookmarks were set by somebody who knew; type alone may be emphasis.
VOTES = 2
# Type this much larger than the body's is larger on purpose, and this much is a title's.
LARGER, MUCH_LARGER = 1.06, 1.18
# A title that nothing but space tells fills no more of its column than this.
SHORT = 0.75
# A title that stands above so many paragraphs is none.
LABELS = 4
# So many headings that a file itself names show what its headings look like.
MANY = 5
# Text of a size that differs by so much is no part of the running text.
OTHER_SIZE = 0.08
# What begins an entry of a list of sources, and a line that is quoted in large type.
REFERENCE = re.compile(r"\[\d+\]")
QUOTED = re.compile(r"[“「].*[”」]", re.DOTALL)
MONOSPACED = re.compile(r"mono|courier|consol|typewriter|tt\d|code", re.IGNORECASE)
# A bookmark of more characters than this, and more than this share of the words, may name a heading in part.
NAME_LENGTH, NAME_SHARE = 5, 0.7
# Where a source of levels knows most headings, it gives the levels.
MOST = 0.6


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of a paragraph: whether it is a heading, how deep (0 unknown), and by what evidence.

    One that is `denied` is none, even if it is bold.
    """

    heading: bool
    level: int
    evidence: tuple[str, ...]
    denied: bool = False


def judge(
    paragraphs: Sequence[Paragraph],
    texts: Sequence[str],
    bookmarks: Sequence[Bookmark],
    tag_of: Callable[[Row], Tag | None],
    body: tuple[float, bool],
) -> list[Verdict]:
    """A verdict on each paragraph. `texts` are their words, `body` the type size and weight of most of the text."""
    marked = _match(paragraphs, texts, bookmarks)
    tags = [tag_of(paragraph.first) for paragraph in paragraphs]
    tagged = {at: tag.level for at, tag in enumerate(tags) if tag and tag.level}
    found = []
    for at, (paragraph, text) in enumerate(zip(paragraphs, texts, strict=True)):
        is_said = at in tagged or at in marked
        votes = _votes(paragraph, text, at in tagged, at in marked, body)
        above, below = (paragraphs[n] if 0 <= n < len(paragraphs) else None for n in (at - 1, at + 1))
        # The outline judges numbers by their order.
        if not cues(text) and _stands_alone(paragraph, above, below, body):
            votes["space"] = VOTES
        boxed = tuple(votes) == ("type",) and below is not None and _is_boxed(below, body)
        possible = not boxed and not paragraph.levels and _may_be_heading(text, is_said, votes)
        denied = boxed or (QUOTED.fullmatch(text) is not None and not is_said)
        found.append(Verdict(sum(votes.values()) >= VOTES and possible, 0, tuple(votes), denied))
    found = _without_labels(_in_known_styles(found, paragraphs), texts)
    levels = _levels(paragraphs, found, tagged, marked)
    return [replace(verdict, level=levels.get(at, 0)) for at, verdict in enumerate(found)]


def _in_known_styles(verdicts: list[Verdict], paragraphs: Sequence[Paragraph]) -> list[Verdict]:
    """Where tags or bookmarks name many headings, larger type than theirs makes none: it is that of a quotation.

    Smaller type may be that of headings deeper than those named.
    """
    named = {"tag", "bookmark"}
    pairs = list(zip(verdicts, paragraphs, strict=True))
    known = [_style(paragraph) for verdict, paragraph in pairs if verdict.heading and named & set(verdict.evidence)]
    if len(known) < MANY:
        return verdicts
    least = min(size for size, _ in known)
    return [
        replace(verdict, heading=False, denied=True)
        if verdict.evidence == ("type",) and _style(paragraph) not in known and _style(paragraph)[0] > least
        else verdict
        for verdict, paragraph in pairs
    ]


def _without_labels(verdicts: list[Verdict], texts: Sequence[str]) -> list[Verdict]:
    """A title like "Note" above many a paragraph is a label, unless a tag or bookmark says otherwise."""
    times = Counter(fold(text) for text, verdict in zip(texts, verdicts, strict=True) if verdict.heading)
    said = {"tag", "bookmark", "number"}
    return [
        replace(verdict, heading=False, denied=True)
        if times[fold(text)] >= LABELS and not said & set(verdict.evidence)
        else verdict
        for verdict, text in zip(verdicts, texts, strict=True)
    ]


def _votes(
    paragraph: Paragraph, text: str, is_tagged: bool, is_marked: bool, body: tuple[float, bool]
) -> dict[str, int]:
    """The votes for a heading, by their names."""
    size = paragraph.first.size / body[0]
    bold = all(row.bold for row in paragraph.rows) and not body[1]
    votes = {
        "tag": VOTES * is_tagged,
        "bookmark": VOTES * is_marked,
        "type": (size > LARGER) + (size > MUCH_LARGER) + bold,
        "number": int(bool(cues(text))),
    }
    return {name: weight for name, weight in votes.items() if weight}


def _stands_alone(
    paragraph: Paragraph, above: Paragraph | None, following: Paragraph | None, body: tuple[float, bool]
) -> bool:
    """Whether a short line stands apart from what is above it and from the prose below it, as titles do."""
    if following is None or following.levels or len(paragraph.rows) > 1 or following.block is not paragraph.block:
        return False
    row, below = paragraph.first, following.first
    half = above is not None and len(above.rows) > 1 and not above.last.closed
    if (
        half
        or REFERENCE.match(row.text)
        or below.text[:1].islower()
        or MONOSPACED.search(row.main.font)
        or row.is_script(row.runs[-1])
    ):
        return False
    short = row.end - row.x < SHORT * (paragraph.block.end - paragraph.block.x) and not row.text[:1].islower()
    prose = len(following.rows) > 1 and abs(below.size - body[0]) < SAME_SIZE * body[0] and below.bold == body[1]
    return short and prose and min(paragraph.gap, following.gap) > CLOSED_GAP and len(row.text) > 2


def _is_boxed(below: Paragraph, body: tuple[float, bool]) -> bool:
    """Whether the text below a title is set in another size than the document's: that of a box or a sidebar."""
    return not below.levels and len(below.rows) > 1 and abs(below.first.size - body[0]) > OTHER_SIZE * body[0]


def _may_be_heading(text: str, is_said: bool, votes: dict[str, int]) -> bool:
    if not text or len(text) > HEADING_LENGTH or BULLET.match(text) or LEADER.search(text):
        return False
    if is_said:
        return True
    if CAPTION.match(text) or QUOTED.fullmatch(text):
        return False
    question = text.endswith(("?", "？"))
    numbered = bool(cues(text)) and (cues(text)[0].named or votes.get("type", 0) >= VOTES)
    return question or numbered or not is_closed(text)


def _match(paragraphs: Sequence[Paragraph], texts: Sequence[str], bookmarks: Sequence[Bookmark]) -> dict[int, int]:
    """Paragraph -> depth of the bookmark that names it, on the page it leads to."""
    by_page: defaultdict[int, list[int]] = defaultdict(list)
    folded = [fold(text) for text in texts]
    for at, paragraph in enumerate(paragraphs):
        by_page[paragraph.first.page].append(at)
    matched: dict[int, int] = {}
    for bookmark in bookmarks:
        for at in by_page[bookmark.page]:
            if at not in matched and not LEADER.search(texts[at]) and _names(bookmark.folded, folded[at]):
                matched[at] = bookmark.level
                break
    return matched


def _names(bookmark: str, words: str) -> bool:
    if words == bookmark:
        return words != ""
    # A bookmark may leave out the number, or the mark of a note behind the words.
    enough = len(bookmark) > NAME_LENGTH and len(bookmark) > NAME_SHARE * len(words)
    return enough and (words.endswith(bookmark) or words.startswith(bookmark))


def _levels(
    paragraphs: Sequence[Paragraph], verdicts: Sequence[Verdict], tagged: dict[int, int], marked: dict[int, int]
) -> dict[int, int]:
    """Heading -> level, by one source: tags or bookmarks if they know most headings, else the type."""
    headings = [at for at, verdict in enumerate(verdicts) if verdict.heading]
    for said in (tagged, marked):
        known = {at: said[at] for at in headings if at in said}
        if len(known) > MOST * len(headings):
            return _with_type(paragraphs, headings, known)
    styles = sorted({_style(paragraphs[at]) for at in headings}, reverse=True)
    return {at: styles.index(_style(paragraphs[at])) + 1 for at in headings}


def _with_type(paragraphs: Sequence[Paragraph], headings: Sequence[int], known: dict[int, int]) -> dict[int, int]:
    """The levels known, and for the other headings those of their like."""
    like: defaultdict[tuple[float, bool], Counter[int]] = defaultdict(Counter)
    for at, level in known.items():
        like[_style(paragraphs[at])][level] += 1
    deepest = max(known.values())
    usual = {style: levels.most_common(1)[0][0] for style, levels in like.items()}
    return {at: known.get(at) or usual.get(_style(paragraphs[at]), deepest + 1) for at in headings}


def _style(paragraph: Paragraph) -> tuple[float, bool]:
    return round(paragraph.first.size * 2) / 2, paragraph.first.bold
