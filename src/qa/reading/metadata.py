"""What is known of a document beside its text: its .toml, or what the file says of itself."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from qa.errors import DocumentError
from qa.reading.contents import NAMES
from qa.reading.lines import Line, fold
from qa.reading.numbering import cues
from qa.scripts import WIDE
from qa.types import Metadata

IDENTIFIER = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*")
MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
DATE = re.compile(
    rf"{MONTH}\s+\d{{1,2}},\s+\d{{4}}|\d{{1,2}}\s+{MONTH}\s+\d{{4}}|\b\d{{4}}-\d{{2}}-\d{{2}}\b"
    r"|(?:(?:令和|平成)\s?(?:\d{1,2}|元)|\d{4})\s?年\s?\d{1,2}\s?月\s?\d{1,2}\s?日"
)
# The date of a document stands among its first lines.
FRONT_LINES = 15
# A text with this share of kana and kanji is Japanese.
JAPANESE = 0.2


TEXTS = frozenset(field.name for field in fields(Metadata)) - {"examples"}


def read_metadata(path: Path, lines: Sequence[Line], own: Mapping[str, str]) -> Metadata:
    """What the .toml beside a file says, then what the file says of itself (`own`), then its first heading, its name.

    Raises DocumentError for a .toml that says what it should not.
    """
    # An id or a checksum in a file's own front matter are another program's.
    values: dict[str, Any] = {name: own[name] for name in (TEXTS - {"id", "sha256"}) & own.keys()}
    values.setdefault("published", own.get("date", ""))
    values |= _read_toml(path.with_suffix(".toml"))
    values.setdefault("id", re.sub(r"[^a-z0-9.]+", "-", path.stem.lower()).strip("-."))
    values.setdefault("title", _title(lines) or path.stem)
    values.setdefault("language", _language(lines))
    if not IDENTIFIER.fullmatch(values["id"]):
        raise DocumentError(f"{path.name} has the id {values['id']!r}: write one of a-z, 0-9, - and . into its .toml")
    return Metadata(**values)


def facts_of_pdf(lines: Sequence[Line], title: str, author: str) -> dict[str, str]:
    """What a PDF says of itself, as far as its first lines say it too."""
    front = fold("".join(line.text for line in lines[:FRONT_LINES]))
    found = {"title": title or _title(lines), "publisher": author if fold(author) in front else ""}
    return {name: value for name, value in found.items() if value}


def draft_metadata(path: Path, metadata: Metadata, lines: Sequence[Line]) -> Path:
    """Write the .toml that a document lacks, for its maintainer to check. Returns its path. Raises DocumentError."""
    dates = (DATE.search(line.text) for line in lines[:FRONT_LINES])
    published = metadata.published or next((date.group() for date in dates if date), "")
    values = asdict(replace(metadata, published=published))
    # A JSON string is a TOML string.
    entries = "".join(
        f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in values.items() if name != "sha256"
    )
    target = path.with_suffix(".toml")
    try:
        target.write_text(f"# Drafted from {path.name}: check every line.\n{entries}", encoding="utf-8")
    except OSError as error:
        raise DocumentError(f"{target} cannot be written: {error.strerror}") from None
    return target


def _read_toml(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DocumentError(f"{path} cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DocumentError(f"{path.name} is no TOML file: {error}") from None
    for name, value in table.items():
        texts = value if name == "examples" and isinstance(value, list) else [value]
        if name not in TEXTS | {"examples"} or not all(isinstance(text, str) for text in texts):
            raise DocumentError(
                f"{path.name} has {name} = {value!r}: allowed are texts for {', '.join(sorted(TEXTS))}, "
                "and a list of texts for examples"
            )
    return table | {"examples": tuple(table.get("examples", ()))}


def _language(lines: Sequence[Line]) -> str:
    text = "".join(line.text for line in lines)
    return "ja" if len(re.findall(f"[{WIDE}]", text)) > JAPANESE * len(text) else "en"


def _title(lines: Sequence[Line]) -> str:
    """The first heading, if it has no number and stands above all others: alone on its level, or among numbers."""
    headings = [line for line in lines if line.role == "heading" and fold(line.text) not in NAMES]
    outermost = min((line.level for line in headings), default=0)
    peers = [line for line in headings if line.level == outermost]
    if not peers or peers[0] is not headings[0] or cues(peers[0].text):
        return ""
    return peers[0].text if len(peers) == 1 or cues(peers[1].text) else ""
