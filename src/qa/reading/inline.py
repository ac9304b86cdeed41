"""Markdown's inline markup as plain text, with footnote citations and links lifted out of it."""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import dataclass

from markdown_it.tree import SyntaxTreeNode

from qa.scripts import is_wide
from qa.types import Link

SOFT_BREAK = "\n"
HARD_BREAK = "\u2028"

# What HTML calls these is markup; any other <Word ...> is the author's own text and stays.
HTML_TAGS = frozenset(
    """a abbr address area article aside audio b bdi bdo big blockquote body br button canvas caption center cite code
    col colgroup data dd del details dfn dialog div dl dt em embed fieldset figcaption figure font footer form h1 h2 h3
    h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend li link main map mark menu meta nav
    noscript object ol optgroup option output p param picture pre progress q rp rt ruby s samp section select small
    source span strike strong sub summary sup svg table tbody td template textarea tfoot th thead time tr track tt u ul
    var video wbr""".split()
)
VOID_TAGS = frozenset("area br col embed hr img input link meta param source track wbr".split())
TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)(?:\s[^<>]*)?/?>")
HTML_LINK = re.compile(r"(</?a\b[^<>]*>)", re.IGNORECASE)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
HIDDEN = re.compile(r"<(script|style)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
BARE_URL = re.compile(r"https?://[^\s<>()（）「」\"'`]+[^\s<>()（）「」\"'`.,;:!?。、]")
RAISED_DIGITS, LOWERED_DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹", "₀₁₂₃₄₅₆₇₈₉"
FROM_RAISED = str.maketrans(RAISED_DIGITS, "0123456789")
TO_SCRIPT = {
    "sup": str.maketrans("0123456789+-−", RAISED_DIGITS + "⁺⁻⁻"),
    "sub": str.maketrans("0123456789+-−", LOWERED_DIGITS + "₊₋₋"),
}
# Of the small letters only q has none.
RAISED_LETTERS = {
    **TO_SCRIPT["sup"],
    **str.maketrans("abcdefghijklmnoprstuvwxyz", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ"),
}
RAISED_RUN = re.compile(f"([{RAISED_DIGITS}]+)")
# A raised digit after a unit or a variable is a power: "12 km²", "x²".
UNIT = re.compile(r"\b(?:[kcmµn]?m|ha|sec|[a-z])$")


@dataclass(slots=True)
class Marks:
    """The footnote marks a document defines, and the highest number cited so far."""

    defined: frozenset[str]
    highest: int = 0

    def cited(self, raised: str, before: str) -> list[str]:
        """The marks that `raised`, right behind the text `before`, cites; none when it is something else."""
        marks = [mark for part in re.split(r"\s*[,、;]\s*", raised.strip().strip("[]()")) for mark in _range(part)]
        if not all(mark in self.defined for mark in marks) or UNIT.search(before[-8:]):
            return []
        numbers = [int(mark) for mark in marks if mark.isdecimal()]
        # "2025³²" cites note 32 after 31; "10³" before any note is a power.
        if numbers and before[-1:].isdigit() and numbers[0] != self.highest + 1:
            return []
        self.highest = max([self.highest, *numbers])
        return marks


class Writer:
    """Plain text growing to the right, with what was lifted out of it and where."""

    def __init__(self, marks: Marks) -> None:
        self.marks = marks
        self.text = ""
        self.citations: list[tuple[int, str]] = []
        self.links: list[Link] = []
        self._script_start: int | None = None
        self._anchor: tuple[int, str] | None = None

    def write(self, text: str) -> None:
        """Plain text; raised digits and bare addresses in it are found."""
        for run in RAISED_RUN.split(text):
            if not (RAISED_RUN.match(run) and self._cite(run.translate(FROM_RAISED))):
                start = len(self.text)
                self.text += run
                for url in BARE_URL.finditer(run):
                    self.links.append(Link(start + url.start(), start + url.end(), url.group()))

    def link(self, start: int, url: str) -> None:
        """What was written since `start` is a link. Only http and https become links."""
        self.links = [link for link in self.links if link.start < start]
        if BARE_URL.fullmatch(self.text, start):
            # An address shown as its own text may carry escapes; the target never does.
            self.text = self.text[:start] + url
        if re.match(r"https?://", url, re.IGNORECASE):
            self.links.append(Link(start, len(self.text), url))

    def nodes(self, nodes: list[SyntaxTreeNode]) -> None:
        """The children of an inline node, in order."""
        paired = _paired_tags(nodes)
        for index, node in enumerate(nodes):
            following = nodes[index + 1].content[:1] if index + 1 < len(nodes) else ""
            if node.type == "softbreak":
                self._break(following)
            elif node.type == "hardbreak":
                self.text += HARD_BREAK
            elif node.type == "html_inline":
                self._tag(node.content, paired)
            elif node.type == "footnote_ref":
                self.citations.append((len(self.text), footnote_mark(node.meta)))
            elif node.type == "code_inline":
                self.text += node.content
            elif node.type == "link":
                start = len(self.text)
                self.nodes(node.children)
                self.link(start, str(node.attrs.get("href", "")))
            elif node.children:
                self.nodes(node.children)
            else:
                self.write(node.content)

    def _break(self, following: str) -> None:
        if not (is_wide(self.text[-1:]) and is_wide(following)):
            self.text += SOFT_BREAK

    def _tag(self, tag: str, paired: frozenset[str]) -> None:
        if tag.startswith("<!--"):
            return
        match = TAG.fullmatch(tag)
        name = match.group(2).lower() if match else ""
        if name == "br":
            self.text += HARD_BREAK
        elif name not in paired | VOID_TAGS:
            self.text += tag
        elif name == "a":
            self._follow(tag)
        elif name in TO_SCRIPT and not tag.startswith("</"):
            self._script_start = len(self.text)
        elif name in TO_SCRIPT and self._script_start is not None:
            start, self._script_start = self._script_start, None
            inner, self.text = self.text[start:], self.text[:start]
            if not (name == "sup" and self._cite(inner)):
                self.text += script(inner, name)

    def html(self, block: str) -> None:
        """A raw HTML block, with its links."""
        for piece in HTML_LINK.split(strip_html(block)):
            if HTML_LINK.fullmatch(piece):
                self._follow(piece)
            else:
                self.write(html.unescape(piece))

    def _follow(self, tag: str) -> None:
        """An opening or closing <a>."""
        if self._anchor and tag.startswith("</"):
            self.link(*self._anchor)
            self._anchor = None
        elif target := re.search(r"""\bhref\s*=\s*["']([^"']*)["']""", tag):
            self._anchor = (len(self.text), html.unescape(target.group(1)))

    def _cite(self, raised: str) -> bool:
        marks = self.marks.cited(raised, self.text)
        self.citations += [(len(self.text), mark) for mark in marks]
        return bool(marks)


def script(text: str, tag: str) -> str:
    """Raised or lowered text as plain text: 10<sup>25</sup> is 10²⁵ and not 1025, 12<sup>th</sup> is 12th."""
    if tag == "sup" and len(text) == 1:
        return text.translate(RAISED_LETTERS)
    return text.translate(TO_SCRIPT[tag]) if re.fullmatch(r"[-+−]?[0-9]+[-+−]?", text) else text


def _range(part: str) -> list[str]:
    """The marks of "1–3"; any other mark is itself."""
    ends = re.fullmatch(r"(\d{1,3})[-–](\d{1,3})", part)
    return [str(number) for number in range(int(ends.group(1)), int(ends.group(2)) + 1)] if ends else [part]


def footnote_mark(meta: dict[str, object]) -> str:
    """The mark of a `[^label]` footnote; an inline one, which has no label, gets its place."""
    # No label holds a space, so the two kinds cannot meet.
    return f"^{meta['label']}" if "label" in meta else f"^ {meta['id']}"


def strip_html(block: str) -> str:
    """A raw HTML block without comments, scripts and known tags other than <a>; its references are kept."""
    text = HIDDEN.sub("", COMMENT.sub("", block))
    text = re.sub(r"<(su[pb])>([^<]*)</\1>", lambda tag: script(tag.group(2), tag.group(1)), text)
    text = re.sub(r"</t[dh]>\s*(?=<t[dh])", " | ", text, flags=re.IGNORECASE)
    text = re.sub(r"<br\s*/?>|</(?:p|div|li|tr|h[1-6])\s*>", "\n", text, flags=re.IGNORECASE)
    text = TAG.sub(lambda tag: "" if tag.group(2).lower() in HTML_TAGS - {"a"} else tag.group(), text)
    return re.sub(r"[ \t]*\n\s*", "\n", text).strip()


def _paired_tags(nodes: list[SyntaxTreeNode]) -> frozenset[str]:
    """Names of known tags that open as often as they close: a lone `<b>` is text, not markup."""
    balance: Counter[str] = Counter()
    for node in nodes:
        match = TAG.fullmatch(node.content) if node.type == "html_inline" else None
        if match and match.group(2).lower() in HTML_TAGS:
            balance[match.group(2).lower()] += -1 if match.group(1) else 1
    return frozenset(name for name, count in balance.items() if count == 0)
