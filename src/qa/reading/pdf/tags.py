"""What a file says of its own structure: its tags (ISO 32000-1, 14.7) and its bookmarks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import ArrayObject, Destination, DictionaryObject, IndirectObject

from qa.reading.lines import fold

HEADING = re.compile(r"H([1-6])?|Title")
# What holds a text of its own; whatever lies deeper (Span, Link, Reference, Lbl) is a part of it.
BLOCKS = frozenset(("P", "LI", "LBody", "TD", "TH", "Caption", "Note", "FENote", "TOCI", "BlockQuote", "Index", "Code"))
# A tree of tags has no more elements than this; a larger one is not read.
ELEMENTS_AT_MOST = 200_000


@dataclass(frozen=True, slots=True)
class Tag:
    """The block that a piece of text is tagged as: which one of the file, and its standard type."""

    block: int
    role: str

    @property
    def level(self) -> int:
        """The depth of a heading, 1 outermost; 0 for all else."""
        match = HEADING.fullmatch(self.role)
        return int(match.group(1) or 1) if match else 0


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of the outline that viewers show: its words folded, its sheet from 0, its depth from 1."""

    folded: str
    page: int
    level: int


def read_tags(reader: PdfReader) -> dict[tuple[int, int], Tag]:
    """(sheet, marked-content identifier) -> tag; empty for a file without tags."""
    root = _resolved(reader.root_object.get("/StructTreeRoot"))
    if not isinstance(root, DictionaryObject):
        return {}
    roles = _resolved(root.get("/RoleMap")) or {}
    sheets = {page.indirect_reference.idnum: at for at, page in enumerate(reader.pages) if page.indirect_reference}
    tags: dict[tuple[int, int], Tag] = {}
    seen: set[int] = set()
    # (element, the page it inherits, the block it lies in)
    waiting: list[tuple[Any, int | None, Tag]] = [(root.get("/K"), None, Tag(0, ""))]
    while waiting and len(seen) < ELEMENTS_AT_MOST:
        element, page, block = waiting.pop()
        if isinstance(element, IndirectObject):
            if element.idnum in seen:
                continue
            seen.add(element.idnum)
            element = element.get_object()
        if isinstance(element, int):
            if page is not None:
                tags[page, int(element)] = block
        elif isinstance(element, ArrayObject):
            waiting += [(kid, page, block) for kid in reversed(element)]
        elif isinstance(element, DictionaryObject):
            own = element.raw_get("/Pg") if "/Pg" in element else None
            page = sheets.get(own.idnum, page) if isinstance(own, IndirectObject) else page
            if "/MCID" in element:
                waiting.append((element["/MCID"], page, block))
            elif "/K" in element:
                role = _standard(str(element.get("/S", "")), roles)
                kid = Tag(len(seen), role) if role in BLOCKS or HEADING.fullmatch(role) else block
                waiting.append((element.raw_get("/K"), page, kid))
    return tags


def read_bookmarks(reader: PdfReader) -> list[Bookmark]:
    """The bookmarks in order; those that lead nowhere are left out."""
    try:
        outline = reader.outline
    except (PyPdfError, AttributeError, KeyError, TypeError, ValueError):
        return []
    found = []
    for entry, level in _flattened(outline, 1):
        try:
            page = reader.get_destination_page_number(entry)
        except (PyPdfError, AttributeError, KeyError, TypeError, ValueError):
            page = None
        if page is not None and (folded := fold(str(entry.title or ""))):
            found.append(Bookmark(folded, page, level))
    return found


def _flattened(entries: Any, level: int) -> Iterator[tuple[Destination, int]]:
    for entry in entries:
        if isinstance(entry, list):
            yield from _flattened(entry, level + 1)
        else:
            yield entry, level


def _standard(role: str, roles: Any) -> str:
    """The standard type that a file's own one ("Text body") is mapped to."""
    for _ in range(8):
        following = roles.get(role) if isinstance(roles, DictionaryObject) else None
        if following is None or str(following) == role:
            break
        role = str(following)
    return role.lstrip("/")


def _resolved(value: Any) -> Any:
    return value.get_object() if isinstance(value, IndirectObject) else value
