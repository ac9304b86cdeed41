"""A passage's own page: what a permalink opens, without Gradio and without scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qa.types import Document, Passage, Retired

from .cards import UNTITLED, Permalink, document_html, escape, passage_html


def passage_page(
    passages: Sequence[Passage], documents: Mapping[str, Document], retired: Mapping[str, Retired], permalink: Permalink
) -> str:
    """One HTML page of passages of a document; those that left it say so, and the edition they are from."""
    section = passages[0].section
    notes = {passage.id: _note(retired[passage.id], permalink) for passage in passages if passage.id in retired}
    document = retired[next(iter(notes))].edition if notes else documents[passages[0].document]
    title = f"{section.label} {section.title} – {document.title}".strip()
    cards = "".join(passage_html(passage, document, notes.get(passage.id, "")) for passage in passages)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/style.css"></head>'
        f'<body class="qa-plain"><main><p><a href="/">Ask a question</a></p><h1>{escape(document.title)}</h1>'
        f"{cards}{document_html(document, titled=False)}</main></body></html>"
    )


def _note(retired: Retired, permalink: Permalink) -> str:
    """What a reader of an old link must know first: how old the words are, and where to read on today."""
    edition = f"the edition of {retired.edition.published}" if retired.edition.published else "an earlier edition"
    note = escape(f"As of {edition}; this passage is no longer in the document.")
    if now := retired.now:
        name = escape(f"{now.label} {now.title or UNTITLED}".strip())
        address = escape(permalink(f"{retired.passage.document}/{now.place}"))
        note += f' In the current edition: <a href="{address}" lang="{escape(retired.edition.language)}">{name}</a>'
    return f'<p class="qa-retired">{note}</p>'
