"""A passage's own page: what a permalink opens, without Gradio and without scripts."""

from __future__ import annotations

from collections.abc import Sequence

from qa.types import Document, Passage

from .cards import document_html, escape, passage_html


def passage_page(passages: Sequence[Passage], document: Document) -> str:
    """One HTML page of consecutive passages of a document."""
    section = passages[0].section
    title = f"{section.label} {section.title} – {document.title}".strip()
    cards = "".join(passage_html(passage, document) for passage in passages)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/style.css"></head>'
        f'<body class="qa-plain"><main><p><a href="/">Ask a question</a></p><h1>{escape(document.title)}</h1>'
        f"{cards}{document_html(document, titled=False)}</main></body></html>"
    )
