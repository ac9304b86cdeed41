"""Folders and numbers, each with its unit and its reason. The environment is read once, here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from platformdirs import user_cache_path

from qa.errors import SettingError

PACKAGE = Path(__file__).parent
CHECKOUT = PACKAGE.parents[1]
# In a checkout corpus/, index/ and ui/ lie beside src/; a wheel carries them inside the package.
IN_CHECKOUT = (CHECKOUT / "pyproject.toml").exists() and PACKAGE.parent.name == "src"
HOME = CHECKOUT if IN_CHECKOUT else PACKAGE

# The name of its folders in a user's cache, and of its runs.
PROGRAM = "factsheet-qa"

# What is served: a question is a sentence or two, an answer a screen or two.
QUESTION_LENGTH = 500
MOST_PASSAGES = 20
# Questions of a conversation that the chat page shows. Each is answered anew when the next one is asked, so this bounds
# the work.
TURNS_KEPT = 8

# What may be guessed over a network is no secret.
SHORTEST_TOKEN = 16
# Settings whose values no message shows.
SECRET = ("QA_METRICS_TOKEN",)


# A wheel may carry an index of its corpus. It is copied before use, because a package may not be writable.
PACKAGED_INDEX = PACKAGE / "index"


def _default_index() -> Path:
    """In a checkout index/, for an installed package a folder of the user's."""
    return HOME / "index" if IN_CHECKOUT else user_cache_path(PROGRAM) / "index"


@dataclass(frozen=True, slots=True)
class PdfLimits:
    """What reading one PDF may take: `seconds` of wall clock, `megabytes` of address space."""

    seconds: int
    megabytes: int


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be chosen. Each field but the folders is read from `QA_<NAME>`.

    `corpus` and `index` are folders. `model` is a sentence-transformers name or folder. `languages`
    are those the model reads, as ISO 639-1 codes. `reranker` is the folder of a sentence-transformers CrossEncoder that
    reads the first passages again.
    `hints` says whether those of the corpus are used. `passages` is how many are shown where nobody says.
    `pdf_seconds` and `pdf_megabytes` are what reading one PDF may take. `feedback` is the file that readers' votes
    go to; without it the page asks for none.

    The rest is for a service that is open to others. `url` is its public address, of which the path is what a proxy
    takes off. `origins` are the sites whose pages may ask it, ("*",) for all. `proxies` are the addresses and networks
    whose word on an asker's address is taken. `limits` says whether what follows is kept to ("on"), only told of in the
    log ("log"), or not looked at ("off"): `rate`, questions a minute from one address, and `waiting`, questions at
    once. `seconds` is how long one may take. `metrics_token` is what a reader of the metrics has to know; without it
    there are none. `log` says whether each request is told of in the log.
    """

    corpus: Path = HOME / "corpus"
    index: Path = field(default_factory=_default_index)
    model: str = "multilingual-e5-small"
    languages: tuple[str, ...] = ("en", "ja")
    hints: bool = True
    passages: int = 5
    # A second reads ten to twenty pages, so that a report of 600 pages comes through.
    pdf_seconds: int = 60
    # The reader itself and a long document need about 500.
    pdf_megabytes: int = 1024
    feedback: Path | None = None
    reranker: Path | None = None
    url: str = ""
    origins: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    limits: str = "on"
    # The widget asks about five times while a question is typed; an office may share one address.
    rate: int = 60
    # Two cores answer some 30 in a second, so that the last of these waits two seconds.
    waiting: int = 64
    seconds: int = 20
    metrics_token: str = field(default="", repr=False)
    log: bool = False

    @property
    def root_path(self) -> str:
        """The path of `url`, without a slash at its end."""
        return urlsplit(self.url).path.rstrip("/")

    @property
    def pdf_limits(self) -> PdfLimits:
        """The two of them together."""
        return PdfLimits(self.pdf_seconds, self.pdf_megabytes)


def _number(least: int, most: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not value.isdecimal() or not least <= int(value) <= most:
            raise ValueError
        return int(value)

    return read


def _languages(value: str) -> tuple[str, ...]:
    codes = tuple(code.strip() for code in value.split(","))
    if not all(len(code) == 2 and code.isalpha() and code.islower() for code in codes):
        raise ValueError
    return codes


def _switch(value: str) -> bool:
    return {"on": True, "off": False}[value]


def _text(value: str) -> str:
    if not value.strip():
        raise ValueError
    return value.strip()


def _choice(*words: str) -> Callable[[str], str]:
    return lambda value: words[words.index(value)]


def _url(value: str) -> str:
    parts = urlsplit(value)
    # Reading the port refuses one that is none; a name and a password would be told to everybody.
    plain = "@" not in parts.netloc and (parts.port or True)
    whole = parts.scheme in ("http", "https") and parts.hostname and plain and not parts.query and not parts.fragment
    # A line break would begin another header.
    if not whole or not re.fullmatch("[!-~]+", value):
        raise ValueError
    return value.rstrip("/")


def _origins(value: str) -> tuple[str, ...]:
    origins = tuple(origin.strip() for origin in value.split(","))
    if origins != ("*",) and any(_url(origin) != _origin(origin) for origin in origins):
        raise ValueError
    return origins


def _origin(url: str) -> str:
    """The origin of an address as a browser writes it, without the port of its scheme."""
    parts = urlsplit(url.lower())
    default = {"http": 80, "https": 443}[parts.scheme]
    host = parts.netloc.rpartition(":")[0] if parts.port == default else parts.netloc
    return f"{parts.scheme}://{host}" if not url.endswith("/") else ""


def _networks(value: str) -> tuple[str, ...]:
    return tuple(str(ip_network(network.strip())) for network in value.split(","))


def _token(value: str) -> str:
    if len(value) < SHORTEST_TOKEN or not value.isascii() or not value.isprintable():
        raise ValueError
    return value


# name -> how it is read, and what is wished for.
READERS: dict[str, tuple[Callable[[str], Any], str]] = {
    "QA_CORPUS": (lambda value: Path(_text(value)), "a folder"),
    "QA_INDEX": (lambda value: Path(_text(value)), "a folder"),
    "QA_MODEL": (_text, "a sentence-transformers name or folder"),
    "QA_RERANKER": (lambda value: Path(_text(value)), "the folder of a sentence-transformers CrossEncoder"),
    "QA_LANGUAGES": (_languages, "codes such as en,ja"),
    "QA_HINTS": (_switch, "on or off"),
    "QA_PASSAGES": (_number(1, MOST_PASSAGES), f"a whole number from 1 to {MOST_PASSAGES}"),
    "QA_PDF_SECONDS": (_number(1, 3600), "a whole number of seconds from 1 to 3600"),
    # Less does not hold the reader itself.
    "QA_PDF_MEGABYTES": (_number(256, 65536), "a whole number of megabytes from 256 to 65536"),
    "QA_FEEDBACK": (lambda value: Path(_text(value)), "a file"),
    "QA_URL": (_url, "an address such as https://qa.example.org/factsheet"),
    "QA_ORIGINS": (_origins, "origins such as https://www.example.org,https://example.org, or *"),
    "QA_PROXIES": (_networks, "addresses or networks such as 127.0.0.1,10.0.0.0/8"),
    "QA_LIMITS": (_choice("on", "log", "off"), "on, log or off"),
    "QA_RATE": (_number(1, 10_000), "a whole number of questions a minute from 1 to 10000"),
    "QA_WAITING": (_number(1, 10_000), "a whole number of questions from 1 to 10000"),
    "QA_SECONDS": (_number(1, 600), "a whole number of seconds from 1 to 600"),
    "QA_METRICS_TOKEN": (_token, f"at least {SHORTEST_TOKEN} letters, digits or signs"),
    "QA_LOG": (_switch, "on or off"),
}


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings, as far as the environment chooses. Raises SettingError for a name or value unknown."""
    chosen: dict[str, Any] = {}
    for name, value in environment.items():
        if not name.startswith("QA_"):
            continue
        if name not in READERS:
            raise SettingError(f"{name} is no setting: known are {', '.join(READERS)}")
        reader, wish = READERS[name]
        try:
            chosen[name.removeprefix("QA_").lower()] = reader(value)
        except (ValueError, KeyError):
            shown = name if name in SECRET else f"{name}={value}"
            raise SettingError(f"{shown} cannot be used: wanted is {wish}") from None
    return Settings(**chosen)
