"""Markdown -> lines. CommonMark with tables, front matter and `[^1]` footnotes (markdown-it-py)."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from qa.reading.inline import FROM_RAISED, HARD_BREAK, SOFT_BREAK, Marks, Writer, footnote_mark
from qa.reading.lines import Line, Role, is_closed

# A raised number that begins a paragraph defines a footnote: "<sup>7</sup> <https://...>".
RAISED_DEFINITION = re.compile(
    r"^ {0,3}(?:<span[^>]*></span>\s*)?<sup>\s*\[?(\d{1,3}|[*†‡§¶])\]?\s*</sup>(?=[\s<\[])|^ {0,3}([⁰¹²³⁴-⁹]+)\s",
    re.MULTILINE,
)
# Keys, lists and comments between two rules; with any other line in it, it is text between two rules.
FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(?:(?:[\w-]+:|[ \t]+|-[ \t]|#).*\r?\n|\r?\n)*---[ \t]*(?:\r?\n|$)")
HTML_HEADING = re.compile(r"<h([1-6])\b[^>]*>(.*?)</h\1\s*>", re.DOTALL | re.IGNORECASE)
# Pandoc and others take "{#anchor .class}" behind a heading for its attributes.
HEADING_ATTRIBUTES = re.compile(r"\s*\{[#.][^{}]*\}\s*$")


# markdown-it drops, without a word, what is nested deeper than its `maxNesting`.
NESTING = 100


class NestedTooDeeply(ValueError):
    """Lists or quotes lie deeper in one another than can be read whole."""


def read_markdown(source: str) -> tuple[list[Line], dict[str, str]]:
    """The lines of a Markdown source, and the plain `key: value` pairs of its front matter.

    Raises NestedTooDeeply.
    """
    parser = MarkdownIt("commonmark", {"maxNesting": NESTING}).enable("table")
    # Its last step would gather the notes that are cited at the end, and drop the others.
    parser = parser.use(footnote_plugin).disable("footnote_tail")
    if FRONT_MATTER.match(source):
        parser.use(front_matter_plugin)
    environment: dict[str, Any] = {}
    tokens = parser.parse(source, environment)
    inner = (child for token in tokens for child in token.children or ())
    if any(token.level >= NESTING - 1 for token in chain(tokens, inner)):
        raise NestedTooDeeply
    tree = SyntaxTreeNode(tokens)
    raised = (mark or digits.translate(FROM_RAISED) for mark, digits in RAISED_DEFINITION.findall(source))
    reader = _Reader(Marks(frozenset(raised)))
    for node in tree.children:
        reader.block(node)
    for number, note in environment.get("footnotes", {}).get("list", {}).items():
        if "tokens" in note:
            reader.inline_note(number, SyntaxTreeNode(note["tokens"]))
    return _with_pages(reader.lines, reader.rules), reader.front_matter


def _with_pages(lines: list[Line], rules: list[int]) -> list[Line]:
    """The lines with printed page numbers, where footnote blocks show that pages were kept.

    A rule and the footnotes below it end a page. A single block ends a document; several could end
    chapters; but no chapter ends within a sentence, so pages are believed only if one of them does.
    `rules` are the numbers of lines before each rule.
    """
    ends = [at for at in rules if 0 < at < len(lines) and lines[at].role == "note"]
    torn = [at for at in ends if lines[at - 1].role == "text" and not is_closed(lines[at - 1].text)]
    if len(ends) < 2 or not torn:
        return lines
    page, paged = 1, []
    for at, line in enumerate(lines):
        if at and line.role != "note" and lines[at - 1].role == "note":
            page += 1
        paged.append(replace(line, page=page))
    return paged


class _Reader:
    """Walks the blocks of one source."""

    def __init__(self, marks: Marks) -> None:
        self.marks = marks
        self.lines: list[Line] = []
        self.rules: list[int] = []
        self.front_matter: dict[str, str] = {}

    def block(self, node: SyntaxTreeNode) -> None:
        """One block of the source, as the lines it makes."""
        if node.type == "front_matter":
            pairs = re.findall(r"^([\w-]+):[ \t]*(.+?)\s*$", node.content, re.MULTILINE)
            # A lone > or | begins a text of several lines; that and an empty text are as good as none.
            values = {key.lower(): value.strip("\"'") for key, value in pairs}
            self.front_matter = {key: value for key, value in values.items() if value.strip(">|-+ ")}
        elif node.type == "heading":
            self._line(self._write(node.children), "heading", level=int(node.tag[1]))
        elif node.type == "paragraph":
            self._paragraph(node)
        elif node.type == "ordered_list" and _is_one_line(node):
            self._text(_inline_children(node.children[0].children[0]), _item_marker(node.children[0]) + " ")
        elif node.type == "blockquote":
            for child in node.children:
                self.block(child)
        elif node.type == "footnote_reference":
            self._footnote(node)
        elif node.type == "html_block" and (heading := HTML_HEADING.fullmatch(node.content.strip())):
            writer = Writer(self.marks)
            writer.html(heading.group(2))
            self._line(writer, "heading", level=int(heading.group(1)))
        elif node.type == "hr":
            self.rules.append(len(self.lines))
        else:
            writer = Writer(self.marks)
            _write_block(writer, node, "")
            self._line(writer, "block")

    def _paragraph(self, node: SyntaxTreeNode) -> None:
        nodes = _inline_children(node)
        ends = [at for at, child in enumerate(nodes) if child.type in ("softbreak", "hardbreak")]
        if ends and _is_bold(nodes[: ends[0]]):
            # A bold line right above its paragraph is a line of its own.
            self._text(nodes[: ends[0]])
            self._text(nodes[ends[0] + 1 :])
            return
        writer = self._write(node.children)
        raised = [(at, mark) for at, mark in writer.citations if not mark.startswith("^")]
        starts = [at for at, _ in raised if at == 0 or writer.text[at - 1] in SOFT_BREAK + HARD_BREAK]
        if not starts or starts[0] != 0:
            self._line(writer, "text", bold=_is_bold(nodes))
            return
        for start, end in zip(starts, [*starts[1:], len(writer.text)], strict=True):
            mark = next(mark for at, mark in raised if at == start)
            links = (
                replace(k, start=k.start - start, end=k.end - start) for k in writer.links if start <= k.start < end
            )
            self._append(Line(writer.text[start:end], "note", mark=mark, links=tuple(links)))

    def _text(self, nodes: list[SyntaxTreeNode], marker: str = "") -> None:
        writer = Writer(self.marks)
        writer.text = marker
        writer.nodes(nodes)
        self._line(writer, "text", bold=_is_bold(nodes))

    def _footnote(self, node: SyntaxTreeNode) -> None:
        writer = Writer(self.marks)
        for child in node.children:
            if writer.text:
                writer.text += HARD_BREAK
            _write_block(writer, child, "")
        self._line(writer, "note", mark=footnote_mark(node.meta))

    def inline_note(self, number: int, note: SyntaxTreeNode) -> None:
        """A note written where it is cited: ^[like this]."""
        writer = Writer(self.marks)
        writer.nodes(note.children)
        self._line(writer, "note", mark=footnote_mark({"id": number}))

    def _write(self, nodes: list[SyntaxTreeNode]) -> Writer:
        writer = Writer(self.marks)
        for node in nodes:
            writer.nodes(node.children)
        return writer

    def _line(self, writer: Writer, role: Role, level: int = 0, bold: bool = False, mark: str = "") -> None:
        citations, links = tuple(writer.citations), tuple(writer.links)
        self._append(Line(writer.text, role, level, bold, mark=mark, citations=citations, links=links))

    def _append(self, line: Line) -> None:
        """Keep a line that says something: breaks settled, outer space cut, offsets kept true."""
        soft = "\n" if line.role == "block" else " "
        text = line.text.replace(SOFT_BREAK, soft).replace(HARD_BREAK, " " if line.role == "heading" else "\n")
        if line.role == "heading":
            text = HEADING_ATTRIBUTES.sub("", text)
        lead = len(text) - len(text.lstrip())
        text = text.strip()
        if not text and not line.citations and line.role != "note":
            return
        end = len(text)
        links = tuple(replace(k, start=k.start - lead, end=min(k.end - lead, end)) for k in line.links)
        citations = tuple((min(max(at - lead, 0), end), mark) for at, mark in line.citations)
        self.lines.append(replace(line, text=text, links=links, citations=citations))


def _write_block(writer: Writer, node: SyntaxTreeNode, indent: str) -> None:
    """A list, table, code or raw HTML block as the lines a reader would see."""
    if node.type in ("bullet_list", "ordered_list"):
        for item in node.children:
            _new_line(writer)
            marker = _item_marker(item)
            writer.text += f"{indent}{marker} "
            for child in item.children:
                _write_block(writer, child, indent + " " * (len(marker) + 1))
    elif node.type == "table":
        for row in (row for part in node.children for row in part.children):
            _new_line(writer)
            for index, cell in enumerate(row.children):
                writer.text += " | " if index else ""
                writer.nodes(_inline_children(cell))
    elif node.type in ("fence", "code_block"):
        _new_line(writer)
        writer.text += node.content.rstrip("\n")
    elif node.type == "html_block":
        _new_line(writer)
        writer.html(node.content)
    elif node.type in ("paragraph", "heading"):
        if not writer.text.endswith(" "):
            _new_line(writer)
        writer.nodes(_inline_children(node))
    else:
        for child in node.children:
            _write_block(writer, child, indent)


def _new_line(writer: Writer) -> None:
    if writer.text and not writer.text.endswith(("\n", HARD_BREAK)):
        writer.text += HARD_BREAK


def _inline_children(node: SyntaxTreeNode) -> list[SyntaxTreeNode]:
    return [child for inline in node.children for child in inline.children]


def _item_marker(item: SyntaxTreeNode) -> str:
    """The marker as written: CommonMark takes "4)" for a list's number and out of the text."""
    return f"{item.info}{item.markup}"


def _is_one_line(node: SyntaxTreeNode) -> bool:
    """Whether an ordered list is one item of one paragraph: more likely a numbered heading."""
    return len(node.children) == 1 and [child.type for child in node.children[0].children] == ["paragraph"]


def _is_bold(nodes: list[SyntaxTreeNode]) -> bool:
    """Whether all of a line is bold, footnote marks aside."""
    raised = False
    kinds = []
    for node in nodes:
        raised = raised != (node.type == "html_inline" and "sup" in node.content)
        if not raised and (node.type != "text" or node.content.strip()):
            kinds.append(node.type)
    return kinds.count("strong") == 1 and not set(kinds) - {"strong", "footnote_ref", "html_inline"}
