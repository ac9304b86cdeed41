"""The retired editions of a corpus: files like its documents, in a folder of their own below it."""

from __future__ import annotations

from pathlib import Path

from qa.errors import DocumentError
from qa.reading.corpus import LIMITS, find_documents, read_document
from qa.settings import PdfLimits
from qa.types import Document

FOLDER = "retired"


def find_retired(corpus: Path) -> list[Path]:
    """The files of the retired editions, by name; none where nothing was retired.

    Raises DocumentError where the folder holds other files only.
    """
    folder = corpus / FOLDER
    visible = folder.is_dir() and any(not path.name.startswith(".") for path in folder.iterdir())
    return find_documents(folder) if visible else []


def read_retired(corpus: Path, limits: PdfLimits = LIMITS) -> list[Document]:
    """The retired editions, by the names of their files: of one document the older come first."""
    return [read_document(path, limits) for path in find_retired(corpus)]


def read_edition(name: str, corpus: Path, limits: PdfLimits = LIMITS) -> Document:
    """The file of that name, or the document of that id: the corpus's own, else the one retired last.

    Raises DocumentError where there is neither, or where it cannot be read.
    """
    if Path(name).is_file():
        return read_document(Path(name), limits)
    current = (read_document(path, limits) for path in find_documents(corpus))
    editions = {document.id: document for document in [*read_retired(corpus, limits), *current]}
    if name not in editions:
        raise DocumentError(f"{name} is neither a file nor a document: documents are {', '.join(editions)}")
    return editions[name]
