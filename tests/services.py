"""A real service over a document of a few words, in a thread: it starts in a moment and knows no model."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fakes import WordEncoder
from test_page import serving

from qa.answers import Assistant
from qa.index import open_index, refresh_index
from qa.server import configure, create_app
from qa.settings import Settings

RULES = "# Rules\n\n## 1 Drones\n\nDrones fly by day. They land by night.\n"


@contextmanager
def small_service(folder: Path, **settings: Any) -> Iterator[str]:
    """The address of a service over the document "rules", as it is configured by these settings."""
    (folder / "rules.md").write_text(RULES, encoding="utf-8")
    chosen = Settings(corpus=folder, index=folder / "index", **settings)
    refresh_index(chosen, WordEncoder())
    index = open_index(chosen.corpus, chosen.index, WordEncoder())
    app = create_app(Assistant(index, WordEncoder(), chosen))
    with serving(configure(app, chosen)) as port:
        yield f"http://127.0.0.1:{port}"
