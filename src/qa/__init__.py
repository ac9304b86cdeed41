"""Answers questions about a published document in the document's own words.

open_assistant()    the assistant over the index as it lies there
Settings            what can be chosen; read_settings(os.environ) reads QA_* variables
Assistant           ask(question) -> Answer
Verifier            verify(quote) -> Verdict
Answer, Quote, Hit, Passage, Section, Source, Document    the nouns
QAError             the root of every error a person can cause or cure
"""

from __future__ import annotations

import importlib
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from qa.settings import CHECKOUT, IN_CHECKOUT

if TYPE_CHECKING:
    from qa.answers import Assistant, open_assistant
    from qa.errors import QAError
    from qa.settings import Settings, read_settings
    from qa.types import Answer, Document, Hit, Passage, Quote, Section, Source
    from qa.verification import Verdict, Verifier

__all__ = [
    "Answer",
    "Assistant",
    "Document",
    "Hit",
    "Passage",
    "QAError",
    "Quote",
    "Section",
    "Settings",
    "Source",
    "Verdict",
    "Verifier",
    "open_assistant",
    "read_settings",
]

try:
    __version__ = version("factsheet-qa")
except PackageNotFoundError:  # run from a checkout that was not installed
    __version__ = "0"

if IN_CHECKOUT:
    # The page is `qa.ui` everywhere: a wheel carries ui/ inside the package, a checkout has it beside src/.
    __path__.append(str(CHECKOUT))

_HOMES = {
    "qa.answers": ("Assistant", "open_assistant"),
    "qa.errors": ("QAError",),
    "qa.settings": ("Settings", "read_settings"),
    "qa.types": ("Answer", "Document", "Hit", "Passage", "Quote", "Section", "Source"),
    "qa.verification": ("Verdict", "Verifier"),
}


def __getattr__(name: str) -> Any:
    """The public names, imported when first used: `qa --help` must not wait for FAISS."""
    for home, names in _HOMES.items():
        if name in names:
            return getattr(importlib.import_module(home), name)
    raise AttributeError(f"module 'qa' has no attribute {name!r}")
