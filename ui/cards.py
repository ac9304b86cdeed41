"""An answer as HTML: the passages word for word, each with its place and its official links.

Whatever comes from a document or a reader is written as character references, because chat messages
pass through a Markdown renderer and a sanitizer. Each message is one line: a line break in it would end
the HTML block. The sanitizer keeps `class`, `id`, `lang`, `hidden` and `tabindex`, and drops `data-*` and
`aria-*`: hence the classes that page.js looks for, and the citation in a hidden element.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from qa.types import Answer, Document, Metadata, Passage, Quote, Section, Source
from qa.wording import LABELS, language_of, status_words

Labels = Mapping[str, str]
"""Names of the parts of an answer, in the language of the asker."""

Permalink = Callable[[str], str]
"""From a place ("factsheet-2025/1.3.5/2", or "factsheet-2025/1.3.5" for a section) to its address."""

NEAREST_SHOWN = 3
"""Enough to choose from at a glance; more would look like an answer."""

UNTITLED = "Opening text"
"""In place of a heading, for what stands before the first one."""

JAPANESE_ONLY = "japanese only"


def escape(text: str) -> str:
    """Text as HTML that survives Markdown, sanitizer and templates to the character.

    U+0080 to U+009F stay as they are: HTML reads a numeric reference to one as a Windows-1252 character.
    """
    return re.sub(r"[^A-Za-z0-9 \x80-\x9f]", lambda found: f"&#{ord(found[0])};", text)


def question_html(question: str, only: Document | None = None) -> str:
    """A reader's question, as the heading of its turn, and the only document that is asked."""
    heading = f'<h2 class="qa-question notranslate">{escape(question.strip())}</h2>'
    if only is None:
        return heading
    title = f'<cite lang="{escape(only.language)}">{escape(only.title)}</cite>'
    language = language_of(question)
    words = escape(LABELS[language]["only"]).replace("&#123;&#125;", title)
    return f'{heading}<p class="qa-only" lang="{language}">{words}</p>'


def notice_html(sentence: str, turn: int) -> str:
    """One sentence in place of an answer."""
    return f'<div class="qa-answer" id="answer-{turn}">{_status({"en": sentence}, LABELS["en"])}</div>'


def answer_html(
    answer: Answer,
    turn: int,
    documents: Mapping[str, Document],
    permalink: Permalink | None = None,
    vote: str = "",
) -> str:
    """An answer as one line of HTML: a status, the cards or the closest sections, the document, and the `vote` on it.

    All but the document's words is in the language of the question.

    `turn` counts the questions of a conversation from 1 and keeps ids apart when a passage is shown twice.
    `documents` are all of the corpus by id. Without a `permalink` a card links to itself.
    """
    language = language_of(answer.question)
    labels = LABELS[language]
    cards = (_card(quote, turn, documents, permalink, labels) for quote in answer.quotes)
    body = (
        _together(answer, labels)
        + _status(status_words(answer), labels)
        + "".join(cards)
        + _nearest(answer, documents, permalink, labels)
    )
    passages = [*(quote.hit.passage for quote in answer.quotes), *answer.nearest]
    named = dict.fromkeys(passage.document for passage in passages)
    shown = [documents[name] for name in named if name in documents]
    if not shown and answer.document is not None:
        shown = [answer.document]
    lines = "".join(document_html(document, labels=labels) for document in shown)
    return f'<div class="qa-answer" id="answer-{turn}" lang="{language}">{body}{lines}{vote}</div>'


def vote_html(question: str, only: str | None) -> str:
    """Two buttons that ask whether the answer was right; `only` is the id of the only document that was searched."""
    labels = LABELS[language_of(question)]
    return (
        f'<p class="qa-votes"><span>{labels["right"]}</span> '
        f'<button type="button" class="qa-vote qa-right">{labels["yes"]}</button> '
        f'<button type="button" class="qa-vote">{labels["no"]}</button> '
        f'<span class="qa-vote-note">{labels["kept"]}</span>'
        f'<span class="qa-vote-document" hidden>{escape(only or "")}</span></p>'
    )


def document_html(document: Metadata, titled: bool = True, labels: Labels = LABELS["en"]) -> str:
    """What is quoted from: title (unless it stands above), publisher, dates, the publisher's notice."""
    lang = f' lang="{escape(document.language)}"'
    publisher = f"<span{lang}>{escape(document.publisher)}</span>"
    if _is_web_address(document.homepage):
        publisher = f'<a href="{escape(document.homepage)}">{publisher}</a>'
    facts = [f"<cite{lang}>{escape(document.title)}</cite>"] if titled else []
    if document.publisher:
        facts.append(publisher)
    if document.published:
        facts.append(labels["published"].format(escape(document.published)))
    if document.content_as_of:
        facts.append(labels["as_of"].format(escape(document.content_as_of)))
    notice = f"<p{lang}>{escape(document.notice)}</p>" if document.notice else ""
    items = "".join(f"<li>{fact}</li>" for fact in facts)
    return f'<div class="qa-document"><ul>{items}</ul>{notice}</div>'


def passage_html(passage: Passage, document: Metadata, note: str = "") -> str:
    """A passage as a card of its own page, below that page's first heading; `note` is HTML to stand above it."""
    body = note + _body(passage, (), document, 2, LABELS["en"])
    return f'<article class="qa-card" id="{escape(_anchor(passage))}">{body}</article>'


def marked_html(text: str, marks: tuple[tuple[int, int], ...]) -> str:
    """The text with its spans in <mark>; the text between the tags is `text` whatever the spans are."""
    parts: list[str] = []
    position = 0
    for first, last in sorted(marks):
        start, end = max(first, position), min(last, len(text))
        if start >= end:
            continue
        parts += [escape(text[position:start]), "<mark>", escape(text[start:end]), "</mark>"]
        position = end
    return "".join(parts) + escape(text[position:])


def citation(passage: Passage, title: str) -> str:
    """Where a quotation is from, in one line: title, section, page, links."""
    section = f"section {passage.section.label}" if passage.section.label else passage.section.title
    page = f"p. {passage.page}" if passage.page is not None else ""
    urls = dict.fromkeys(source.url for source in passage.sources)
    return ", ".join(filter(None, [title, section, page, *urls]))


def _together(answer: Answer, labels: Labels) -> str:
    """The questions an answer was read with, and the way to be understood without them."""
    if not answer.history:
        return ""
    said = " · ".join(f"“{escape(question)}”" for question in answer.history)
    address = "?" + urlencode({"q": answer.question} | ({"document": answer.only.id} if answer.only else {}))
    return (
        f'<p class="qa-together"><span>{labels["together"]}</span> <span class="notranslate">{said}</span> '
        f'<a href="{escape(address)}">{labels["alone"]}</a></p>'
    )


def _status(sentences: Mapping[str, str], labels: Labels) -> str:
    """Sentences by their language."""
    words = " ".join(f'<span lang="{escape(lang)}">{escape(sentence)}</span>' for lang, sentence in sentences.items())
    # Focus goes here after an answer; the link shows when it has the focus, and spares a keyboard user
    # the way through all cards to the next question.
    return f'<p class="qa-status" tabindex="-1">{words}</p><a class="qa-skip" href="#question">{labels["skip"]}</a>'


def _nearest(answer: Answer, documents: Mapping[str, Document], permalink: Permalink | None, labels: Labels) -> str:
    items = []
    for passage in answer.nearest[:NEAREST_SHOWN]:
        section, document = passage.section, documents.get(passage.document)
        lang = f' lang="{escape(document.language)}"' if document else ""
        name = f"{_badge(section)}<span{lang}>{escape(section.title or UNTITLED)}</span>"
        if permalink is not None:
            name = f'<a href="{escape(permalink(f"{passage.document}/{section.place}"))}">{name}</a>'
        title = f' <span class="qa-from">· {escape(document.title)}</span>' if document and len(documents) > 1 else ""
        items.append(f"<li>{name} {_page(section.page, 'span', labels)}{title}</li>")
    return f'<div class="qa-nearest"><h3>{labels["closest"]}</h3><ul>{"".join(items)}</ul></div>' if items else ""


def _card(
    quote: Quote, turn: int, documents: Mapping[str, Document], permalink: Permalink | None, labels: Labels
) -> str:
    passage = quote.hit.passage
    document = documents.get(passage.document)
    title = document.title if document else passage.document
    anchor = f"{_anchor(passage)}-{turn}"
    address = permalink(passage.id) if permalink else f"#{anchor}"
    return (
        f'<article class="qa-card" id="{escape(anchor)}" tabindex="-1">'
        f"{_body(passage, quote.marks, document, 3, labels, titled=len(documents) > 1)}"
        f'<p class="qa-actions"><button type="button" class="qa-copy">{labels["copy"]}</button>'
        f'<a class="qa-permalink" href="{escape(address)}">{labels["permalink"]}</a></p>'
        f'<span class="qa-citation" hidden>{escape(citation(passage, title))}</span></article>'
    )


def _anchor(passage: Passage) -> str:
    return re.sub(r"[^\w.-]+", "-", passage.id)


def _body(
    passage: Passage,
    marks: tuple[tuple[int, int], ...],
    document: Metadata | None,
    level: int,
    labels: Labels,
    titled: bool = False,
) -> str:
    """Heading path, below the document's title if `titled`, heading of that level, text, page and sources."""
    lang = f' lang="{escape(document.language)}"' if document else ""
    section = passage.section
    path = " › ".join([document.title, *section.headings[:-1]] if document and titled else section.headings[:-1])
    above = f'<p class="qa-path"{lang}>{escape(path)}</p>' if path else ""
    return (
        f"{above}<h{level}{lang}>{_badge(section)}<span>{escape(section.title or UNTITLED)}</span></h{level}>"
        f'<blockquote class="qa-text"{lang}>{marked_html(passage.text, marks)}</blockquote>'
        f"{_page(passage.page, 'p', labels)}{_sources(passage.sources, level + 1, labels)}"
    )


def _badge(section: Section) -> str:
    return f'<span class="qa-label">{escape(section.label)}</span> ' if section.label else ""


def _sources(sources: tuple[Source, ...], level: int, labels: Labels) -> str:
    if not sources:
        return ""
    heading = labels["source" if len(sources) == 1 else "sources"]
    items = "".join(_source(source, labels) for source in sources)
    return f'<h{level}>{heading}</h{level}><ul class="qa-sources">{items}</ul>'


def _source(source: Source, labels: Labels) -> str:
    name = labels["footnote"].format(source.footnote) if source.footnote is not None else labels["link"]
    japanese = (source.remark or "").strip(" ()").lower() == JAPANESE_ONLY
    remark = labels["japanese"] if japanese else source.remark
    shown = f'<span class="qa-remark">{escape(remark)}</span> ' if remark else ""
    url = escape(source.url)
    if _is_web_address(source.url):
        hreflang = ' hreflang="ja"' if japanese else ""
        url = f'<a href="{url}"{hreflang}>{url}</a>'
    return f'<li><span class="qa-note">{name}</span> {shown}{url}</li>'


def _page(page: int | None, tag: str, labels: Labels) -> str:
    return f'<{tag} class="qa-page">{labels["page"].format(page)}</{tag}>' if page is not None else ""


def _is_web_address(url: str) -> bool:
    return url.startswith(("https://", "http://"))
