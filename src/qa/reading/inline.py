"""Markdown's inline markup as plain text, with footnote citations and links lifted out of it."""

from __future__ import annotations

import html
import re
from collections import Counter

from markdown_it.tree import SyntaxTreeNode

from qa.reading.lines import is_wide
from qa.types import Link

SOFT_BREAK = "\n"
HARD_BREAK = "\u2028"

# What HTML calls these is markup; any other <Word ...> is the author's own text and stays.
HTML_TAGS = frozenset(
    [
        "a",
        "abbr",
        "article",
        "aside",
        "b",
        "big",
        "blockquote",
        "br",
        "center",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "details",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "font",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "main",
        "mark",
        "nav",
        "ol",
        "p",
        "pre",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "section",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "time",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
        "wbr",
    ]
)
VOID_TAGS = frozenset({"br", "hr", "img", "wbr", "col"})
TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]*)(?:\s[^<>]*)?/?>")
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
HIDDEN = re.compile(r"<(script|style)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
BARE_URL = re.compile(r"https?://[^\s<>()（）「」\"'`]+[^\s<>()（）「」\"'`.,;:!?。、]")
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
# A raised digit after a unit is a power: "12 km²".
UNIT = re.compile(r"\b(?:[kcmµn]?m|ha|s|sec)$")


class Writer:
    """Plain text growing to the right, with what was lifted out of it and where."""

    def __init__(self, defined: frozenset[str]) -> None:
        self.defined = defined
        self.text = ""
        self.citations: list[tuple[int, str]] = []
        self.links: list[Link] = []
        self._raised: int | None = None

    def write(self, text: str) -> None:
        """Plain text; raised digits and bare addresses in it are found."""
        for match in re.finditer(r"[⁰¹²³⁴-⁹]+|[^⁰¹²³⁴-⁹]+", text):
            run = match.group()
            if not (run[0] in "⁰¹²³⁴⁵⁶⁷⁸⁹" and self._cite(run.translate(RAISED))):
                start = len(self.text)
                self.text += run
                for url in BARE_URL.finditer(run):
                    self.links.append(Link(start + url.start(), start + url.end(), url.group()))

    def link(self, start: int, url: str) -> None:
        """What was written since `start` is a link. Only http and https become links."""
        self.links = [link for link in self.links if link.start < start]
        if BARE_URL.match(self.text, start):
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
        elif name == "sup" and match and not match.group(1):
            self._raised = len(self.text)
        elif name == "sup" and self._raised is not None:
            start, self._raised = self._raised, None
            raised, self.text = self.text[start:], self.text[:start]
            if not self._cite(raised):
                self.text += raised

    def _cite(self, raised: str) -> bool:
        """Take `raised` for footnote marks if each of them is defined; say whether it was."""
        marks = re.split(r"\s*[,、;]\s*", raised.strip().strip("[]()"))
        if not all(mark in self.defined for mark in marks) or UNIT.search(self.text):
            return False
        self.citations += [(len(self.text), mark) for mark in marks]
        return True


def footnote_mark(meta: dict[str, object]) -> str:
    """The mark of a `[^label]` footnote; an inline one, which has no label, gets its place."""
    return f"^{meta['label'] or meta['id']}"


def strip_html(block: str) -> str:
    """The text of a raw HTML block: comments, scripts and known tags out, everything else kept."""
    text = HIDDEN.sub("", COMMENT.sub("", block))
    text = re.sub(r"<br\s*/?>|</(?:p|div|li|tr|h[1-6])\s*>", "\n", text, flags=re.IGNORECASE)
    text = TAG.sub(lambda tag: "" if tag.group(2).lower() in HTML_TAGS else tag.group(), text)
    return re.sub(r"[ \t]*\n\s*", "\n", html.unescape(text)).strip()


def _paired_tags(nodes: list[SyntaxTreeNode]) -> frozenset[str]:
    """Names of known tags that open as often as they close: a lone `<b>` is text, not markup."""
    balance: Counter[str] = Counter()
    for node in nodes:
        match = TAG.fullmatch(node.content) if node.type == "html_inline" else None
        if match and match.group(2).lower() in HTML_TAGS:
            balance[match.group(2).lower()] += -1 if match.group(1) else 1
    return frozenset(name for name, count in balance.items() if count == 0)
