"""An outline -> one text, and the offsets at which everything stands in it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from qa.reading.lines import Line
from qa.reading.outline import Node
from qa.types import Link, Reference, Section

GAP = "\n\n"


@dataclass(slots=True)
class TextBuilder:
    """A text growing to the right; every line that is written leaves its citations, links and pages."""

    marks: dict[str, int]
    references: list[Reference] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    pages: list[tuple[int, int]] = field(default_factory=list)
    _pieces: list[str] = field(default_factory=list)
    _length: int = 0

    def section(self, node: Node) -> Section:
        """Write a section; `end` is where the next one begins."""
        start, heading_end = self._length, self._length
        spans: list[tuple[int, int]] = []
        if node.kind == "runin":
            _, end = self._line(node.heading)
            heading_end = start + len(node.title)
            spans.append((heading_end + 1 + _spaces(node), end))
        elif node.heading.text:
            start, heading_end = self._line(node.heading)
        spans += [self._line(line) for line in node.body]
        references = [r for r in self.references if start <= r.offset <= heading_end]
        return Section(
            number=node.number, label=node.label, place=node.place, kind=node.kind, title=node.title,
            headings=node.headings, start=start, heading_end=heading_end, end=self._length,
            page=node.heading.page if node.heading.text else (node.body[0].page if node.body else None),
            paragraphs=tuple(spans), heading_notes=tuple(dict.fromkeys(r.note for r in references)),
            evidence=node.evidence,
        )  # fmt: skip

    def finish(self) -> str:
        """The whole text."""
        return "".join(self._pieces)

    def _line(self, line: Line) -> tuple[int, int]:
        start = self._length
        for at, page in ((0, line.page), *line.turns):
            if page is not None and (not self.pages or self.pages[-1][1] != page):
                self.pages.append((start + at, page))
        self.references += [Reference(start + at, self.marks[m]) for at, m in line.citations if m in self.marks]
        self.links += [replace(k, start=start + k.start, end=start + k.end) for k in line.links]
        self._pieces += [line.text, GAP]
        self._length += len(line.text) + len(GAP)
        return start, start + len(line.text)


def _spaces(node: Node) -> int:
    """White space between the colon of a run-in title and its paragraph."""
    rest = node.heading.text[len(node.title) + 1 :]
    return len(rest) - len(rest.lstrip())
