"""An answer as HTML: the passages word for word, each with its place and its official links.

Whatever comes from a document or a reader is written as character references, because chat messages
pass through a Markdown renderer and a sanitizer. Each message is one line: a line break in it would end
the HTML block. The sanitizer keeps `class`, `id`, `lang`, `hidden` and `tabindex`, and drops `data-*` and
`aria-*`: hence the classes that page.js looks for, and the citation in a hidden element.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote as url_quote
from urllib.parse import urlencode

from qa.addresses import passage_link, section_link
from qa.citations import entry_key, source_line
from qa.types import Answer, Document, Metadata, Passage, Quote, Section, Source
from qa.wording import LABELS, language_of, status_words

Labels = Mapping[str, str]
"""Names of the parts of an answer, in the language of the asker."""

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
    answer: Answer, turn: int, documents: Mapping[str, Document], root: str = "", vote: str = "", scripts: bool = True
) -> str:
    """An answer as one line of HTML: a status, the cards or the closest sections, the document, and the `vote` on it.

    All but the document's words is in the language of the question.

    `turn` counts the questions of a conversation from 1 and keeps ids apart when a passage is shown twice.
    `documents` are all of the corpus by id. `root` is what stands before the service's own addresses. Without
    `scripts` there is no button that needs them.
    """
    language = language_of(answer.question)
    labels = LABELS[language]
    cards = (_card(quote, turn, documents, root, labels, scripts) for quote in answer.quotes)
    body = (
        _together(answer, labels)
        + _status(status_words(answer), labels, skip=scripts)
        + "".join(cards)
        + _nearest(answer, documents, root, labels)
    )
    passages = [*(quote.hit.passage for quote in answer.quotes), *answer.nearest]
    named = dict.fromkeys(passage.document for passage in passages)
    shown = [documents[name] for name in named if name in documents]
    if not shown and answer.document is not None:
        shown = [answer.document]
    lines = "".join(document_html(document, labels=labels, root=root) for document in shown)
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


def document_html(
    document: Metadata, titled: bool = True, labels: Labels = LABELS["en"], root: str | None = None
) -> str:
    """What is quoted from: title (unless it stands above), publisher, dates, the publisher's notice.

    With `root`, what stands before the service's own addresses, a link to the whole.
    """
    lang = f' lang="{escape(document.language)}"'
    publisher = f"<span{lang}>{escape(document.publisher)}</span>"
    if is_web_address(document.homepage):
        publisher = f'<a href="{escape(document.homepage)}">{publisher}</a>'
    facts = [f"<cite{lang}>{escape(document.title)}</cite>"] if titled else []
    if document.publisher:
        facts.append(publisher)
    if document.published:
        facts.append(labels["published"].format(escape(document.published)))
    if document.content_as_of:
        facts.append(labels["as_of"].format(escape(document.content_as_of)))
    if root is not None:
        facts.append(f'<a href="{escape(f"{root}/d/{url_quote(document.id)}")}">{labels["whole"]}</a>')
    notice = f"<p{lang}>{escape(document.notice)}</p>" if document.notice else ""
    items = "".join(f"<li>{fact}</li>" for fact in facts)
    return f'<div class="qa-document"><ul>{items}</ul>{notice}</div>'


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


def _status(sentences: Mapping[str, str], labels: Labels, skip: bool = True) -> str:
    """Sentences by their language."""
    words = " ".join(f'<span lang="{escape(lang)}">{escape(sentence)}</span>' for lang, sentence in sentences.items())
    # Focus goes here after an answer; the link shows when it has the focus, and spares a keyboard user
    # the way through all cards to the next question.
    link = f'<a class="qa-skip" href="#question">{labels["skip"]}</a>' if skip else ""
    return f'<p class="qa-status" tabindex="-1">{words}</p>{link}'


def _nearest(answer: Answer, documents: Mapping[str, Document], root: str, labels: Labels) -> str:
    items = []
    for passage in answer.nearest[:NEAREST_SHOWN]:
        section, document = passage.section, documents.get(passage.document)
        lang = f' lang="{escape(document.language)}"' if document else ""
        name = f"{badge_html(section)}<span{lang}>{escape(section.title or UNTITLED)}</span>"
        name = f'<a href="{escape(root + section_link(passage.document, section))}">{name}</a>'
        title = f' <span class="qa-from">· {escape(document.title)}</span>' if document and len(documents) > 1 else ""
        items.append(f"<li>{name} {page_html(section.page, 'span', labels)}{title}</li>")
    return f'<div class="qa-nearest"><h3>{labels["closest"]}</h3><ul>{"".join(items)}</ul></div>' if items else ""


def _card(quote: Quote, turn: int, documents: Mapping[str, Document], root: str, labels: Labels, scripts: bool) -> str:
    passage = quote.hit.passage
    document = documents.get(passage.document)
    anchor = f"{entry_key(passage.id)}-{turn}"
    address = root + passage_link(passage)
    link = escape(address)
    copy = f'<button type="button" class="qa-copy">{labels["copy"]}</button>' if scripts else ""
    return (
        f'<article class="qa-card" id="{escape(anchor)}" tabindex="-1">'
        f"{_body(passage, quote.marks, document, labels, titled=len(documents) > 1)}"
        f'<p class="qa-actions">{copy}<a class="qa-permalink" href="{link}">{labels["permalink"]}</a>'
        f'<a href="{link}#cite">{labels["cite"]}</a></p>'
        f"{_citation(passage, document, address) if scripts else ''}</article>"
    )


def _citation(passage: Passage, document: Metadata | None, address: str) -> str:
    """What page.js copies after the quotation; it makes the address whole."""
    edition = document or Metadata(id=passage.document, title=passage.document)
    words = source_line(passage, edition, address, datetime.now(UTC).date())
    return f'<span class="qa-citation" hidden>{escape(words)}</span>'


def _body(
    passage: Passage, marks: tuple[tuple[int, int], ...], document: Metadata | None, labels: Labels, titled: bool
) -> str:
    """Heading path, below the document's title if `titled`, heading, text, page and sources."""
    lang = f' lang="{escape(document.language)}"' if document else ""
    section = passage.section
    path = " › ".join([document.title, *section.headings[:-1]] if document and titled else section.headings[:-1])
    above = f'<p class="qa-path"{lang}>{escape(path)}</p>' if path else ""
    return (
        f"{above}<h3{lang}>{badge_html(section)}<span>{escape(section.title or UNTITLED)}</span></h3>"
        f'<blockquote class="qa-text"{lang}>{marked_html(passage.text, marks)}</blockquote>'
        f"{page_html(passage.page, 'p', labels)}{sources_html(passage.sources, 4, labels)}"
    )


def badge_html(section: Section) -> str:
    """The number of a section as printed, if it has one."""
    return f'<span class="qa-label">{escape(section.label)}</span> ' if section.label else ""


def sources_html(sources: tuple[Source, ...], level: int, labels: Labels) -> str:
    """The links of a passage below a heading of that level, with what the document says of each."""
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
    if is_web_address(source.url):
        hreflang = ' hreflang="ja"' if japanese else ""
        url = f'<a href="{url}"{hreflang}>{url}</a>'
    return f'<li><span class="qa-note">{name}</span> {shown}{url}</li>'


def page_html(page: int | None, tag: str, labels: Labels) -> str:
    """The printed page, if there is one, as an element of that name."""
    return f'<{tag} class="qa-page">{labels["page"].format(page)}</{tag}>' if page is not None else ""


def is_web_address(url: str) -> bool:
    """Whether a link may be followed from here."""
    return url.startswith(("https://", "http://"))
