"""Query -> the passages it names outright: by section, footnote, link, identifier or quotation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from qa.reading.numbering import KANJI, NAMED
from qa.types import Passage

# A word that more than this share of the passages have is a topic, and names none of them.
COMMON_SHARE = 1 / 4
FLAGS = re.ASCII | re.IGNORECASE
# What print and keyboards write in several ways. Dashes are left alone: one may join two words without spaces.
ALIKE = str.maketrans("“”„‟‘’‚‛‐", '""""' + "''''" + "-")
# Numbers of sections: 1.5.5, 1.3.1.a, II.A, A.1. Repeats of characters are possessive, and spaces single: all takes
# linear time. Repeats of groups are not: before 3.11.5 Python matches those wrongly (python/cpython#106052).
PIECE = r"(?:[0-9]{1,3}|[a-z])"
FIRST = r"(?:[0-9]{1,3}|[ivx]{1,5}|[a-z](?=\.[0-9a-z]))"
END = r"(?![0-9a-z]| ?%|\.[0-9]|,[0-9]{3})"
DOTTED = rf"{FIRST}(?:\.{PIECE}(?![0-9a-z]))+{END}"
NUMBER = rf"(?:{DOTTED}|{FIRST}{END})"
# What a printed label goes on with: "› 5)", "5)", "の5)", "(5)".
ITEM = rf"(?: ?› ?\(?{PIECE}(?![0-9a-z])\)?| ?[>の,]? ?\(?{PIECE}\))"
# After "item" a number without a point is one of some list: "item 2 of the principles".
SECTION_WORDS = r"(?<![a-z])(?:(?:sections?|sec\.?|chapters?|ch\.) ?|items? ?(?=[0-9]+\.))|§§? ?|セクション ?"
JOINT = r" ?(?:,? and |,? or |, ?|&|、|と|及び|および) ?"
SECTION = re.compile(rf"(?:{SECTION_WORDS})({NUMBER}{ITEM}*+)((?:{JOINT}{DOTTED}{ITEM}*+)*)", FLAGS)
# "AI法第2章" is a chapter of the law.
JAPANESE_SECTION = re.compile(rf"(?<![法令例則第0-9a-z.])(?:第 ?({NUMBER})|({DOTTED})) ?[章節]({ITEM}*+)", FLAGS)
LABEL = re.compile(rf"(?<![0-9a-z.])(?:{DOTTED}(?: ?[›>の] ?| )|{NUMBER} ?[›の] ?){PIECE}\){ITEM}*+", FLAGS)
# What a question may have beside a bare number and still ask for nothing else.
BESIDE = "show me see open read find go to what is does say says about in the please tell".replace(" ", "|")
BARE = rf"(?:(?:{BESIDE}) )*%s(?: (?:{BESIDE})(?![a-z]))*(?:とは|について|は|を見せて|を表示)?[ ?!.。]*"
BARE_NUMBER = re.compile(BARE % rf"({NUMBER}{ITEM}*+)", FLAGS)
BARE_NOTE = re.compile(BARE % r"\[\^?([0-9]{1,3})\]", FLAGS)
# 注 ends other words too: 発注12件 are twelve orders.
NOTE_WORDS = r"(?<![a-z])(?:foot ?-?notes?|end ?notes?|notes?|fn)\.? ?|脚注|注釈|(?<![\u4e00-\u9fff])注"
NOTE = re.compile(rf"(?:{NOTE_WORDS}) ?[(\[]?([0-9]{{1,3}}{END}(?:{JOINT}[0-9]{{1,3}}{END})*)", FLAGS)
# Divisions of laws and reports, which a word and a number name together.
DIVISIONS = rf"{'|'.join(f'{word}s?' for word in NAMED)}|annexes|appendices|clauses?|tables?|figures?|arts?\.|figs?\."
PART = re.compile(
    rf"(?<![a-z])({DIVISIONS}) ?([0-9]{{1,4}}[a-z]?(?:-[0-9]{{1,4}})*|(?-i:[IVX]{{1,5}}|[A-Z])){END}"
    rf"|第([0-9]{{1,4}}|{KANJI})([編部章節款条](?:の(?:[0-9]{{1,3}}|{KANJI}))?)", FLAGS
)  # fmt: skip
# These are sections, which texts mention in passing ("see Section 2").
OUTER = ("sec", "cha", "章", "節")
# A compound is one word, DS-310 is not in DS-310-2; and a year is a year: FY2026, mid-2024, post-1990s.
WORD = re.compile(r"[a-z0-9]++(?:-[a-z0-9]++|(?<=[0-9])\.[0-9]++)*", FLAGS)
YEAR = re.compile(r"[a-z]+-?(?:19|20)[0-9]{2}s?", FLAGS)
QUOTATION = re.compile(r'"([^"]*+)"')
# A host as people write it, with or without what stands before and after; an e-mail address is none.
ADDRESS = re.compile(
    r"(?<![a-z0-9@._/-])(?:https?://)?([a-z0-9-]++(?:\.[a-z0-9-]++)+)(?::[0-9]++)?(/[\x21-\x7e]*+)?", FLAGS
)


def look_up(query: str, passages: Sequence[Passage]) -> list[int]:
    """The rows of the passages that the query names by section, footnote, link, identifier or quotation, in reading
    order; none when it names none. Of several kinds, passages that all of them name are wanted, else those of any.
    """
    plain = _plain(query)
    kinds = (_sections, _notes, _links, _names, _quoted)
    named = [rows for rows in (kind(plain, passages) for kind in kinds) if rows]
    return sorted(set.intersection(*named) or set.union(*named)) if named else []


def _plain(text: str) -> str:
    """Plain widths, quotes and hyphens, single spaces; upper case stays."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(ALIKE).split())


def _sections(query: str, passages: Sequence[Passage]) -> set[int]:
    found = _bare(BARE_NUMBER, query) + [match.group() for match in LABEL.finditer(query)]
    for match in SECTION.finditer(query):
        found += [match[1], *re.split(JOINT, match[2])]
    found += [f"{match[1] or match[2]}{match[3]}" for match in JAPANESE_SECTION.finditer(query)]
    return set().union(*(_section(number, passages) for number in {_canonical(printed) for printed in found} - {""}))


def _bare(pattern: re.Pattern[str], query: str) -> list[str]:
    return [match[1] for match in (pattern.fullmatch(query),) if match]


def _canonical(printed: str) -> str:
    """A label as sections are counted, in small letters: "1.5 › 5)" is 1.5.5."""
    return ".".join(re.findall(r"[0-9]+|[a-z]+", printed.casefold()))


def _section(number: str, passages: Sequence[Passage]) -> set[int]:
    """The rows of a section, or in a document where it has no text of its own, of all sections below it."""
    numbers = [_plain(passage.section.number).casefold().lstrip("§ ") for passage in passages]
    own = {row for row, other in enumerate(numbers) if other == number}
    served = {passages[row].document for row in own}
    below = (row for row, other in enumerate(numbers) if other.startswith(f"{number}."))
    return own | {row for row in below if passages[row].document not in served}


def _notes(query: str, passages: Sequence[Passage]) -> set[int]:
    found = [match[1] for match in NOTE.finditer(query)] + _bare(BARE_NOTE, query)
    numbers = {int(number) for printed in found for number in re.findall("[0-9]+", printed)}
    return {row for row, passage in enumerate(passages) if numbers & set(passage.notes)}


def _links(query: str, passages: Sequence[Passage]) -> set[int]:
    """The rows that cite a link to a host the query names, or to one below it, or to a page whose address it gives."""
    cited = [[_address(source.url) for source in passage.sources] for passage in passages]
    found: set[int] = set()
    for match in {match.group() for match in ADDRESS.finditer(query)}:
        host, page = _address(match)
        rows = {row for row, links in enumerate(cited) if any(_within(link, host, page) for link in links)}
        found |= rows if page or len(rows) <= COMMON_SHARE * len(passages) else set()
    return found


def _address(url: str) -> tuple[str, str]:
    """The host without www., and what follows it without the marks that a sentence may end with."""
    match = ADDRESS.match(url)
    return (match[1].casefold().removeprefix("www."), (match[2] or "").rstrip("/.,;:?!\"')]>")) if match else ("", "")


def _within(link: tuple[str, str], host: str, page: str) -> bool:
    return f".{link[0]}".endswith(f".{host}") and link[1].startswith(page)


def _names(query: str, passages: Sequence[Passage]) -> set[int]:
    """The rows that have an identifier or a part the query names, in their text or in the headings above it."""
    parts, words = _parts(query), _identifiers(query)
    if not parts | words:
        return set()
    texts = [[_plain(text) for text in (*passage.section.headings, passage.text)] for passage in passages]
    held = [set().union(*(_parts(text) | _identifiers(text) for text in each)) for each in texts]
    known = set().union(*held)
    rows: set[int] = set()
    for part in parts:
        # The document's own Article 13 is meant rather than what refers to it, and its body rather than what is below.
        above = [[part in _parts(heading, True) for heading in headings] for *headings, _ in texts]
        own, below = ({row for row, among in enumerate(above) if any(among[cut:])} for cut in (-1, 0))
        rows |= own or below or (set() if part.startswith(OUTER) else _rare(part, held))
    for word in words:
        # DS310 is DS-310 unless it could be D-S310 as well.
        alike = {word} & known or {other for other in known if other.replace("-", "") == word.replace("-", "")}
        rows |= _rare(alike.pop(), held) if len(alike) == 1 else set()
    return rows


def _parts(text: str, first: bool = False) -> set[str]:
    """The parts a text names; with `first` only the one it begins with. Three letters tell Art. and Articles alike."""
    matches = filter(None, [PART.match(text)]) if first else PART.finditer(text)
    return {f"{match[1][:3]} {match[2]}".lower() if match[1] else f"{match[4]} {match[3]}" for match in matches}


def _identifiers(text: str) -> set[str]:
    """Words of letters and digits, "ds-310"; those that begin with a digit are counts and measures: 12th, 30kg."""
    words = (word for word in WORD.findall(text.casefold()) if word[0].isalpha() and not YEAR.fullmatch(word))
    return {word for word in words if re.search("[0-9]", word)}


def _rare(name: str, held: Sequence[set[str]]) -> set[int]:
    rows = {row for row, names in enumerate(held) if name in names}
    return rows if len(rows) <= COMMON_SHARE * len(held) else set()


def _quoted(query: str, passages: Sequence[Passage]) -> set[int]:
    # English print puts the comma of the sentence inside.
    found = {match[1].strip(" ,.;") for match in QUOTATION.finditer(query.casefold())}
    quoted = {words for words in found if len(words) > 1 and words != query.casefold().strip('" ,.;?!')}
    texts = [_plain(passage.text).casefold() for passage in passages] if quoted else []
    return {row for row, text in enumerate(texts) if all(_holds(text, words) for words in quoted)}


def _holds(text: str, words: str) -> bool:
    """Whether a text has these words, and not as letters of a longer one."""
    before, after = (r"\b" if edge.isascii() and edge.isalnum() else "" for edge in (words[0], words[-1]))
    return re.search(f"{before}{re.escape(words)}{after}", text, re.ASCII) is not None
