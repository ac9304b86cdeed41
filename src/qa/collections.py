"""Collections that others publish -> documents, questions and qrels: BEIR folders, SQuAD JSON, TREC topics and qrels.

So the engine can be compared with published figures: the same code indexes and searches them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.errors import EvaluationError
from qa.evaluation import LEVELS, Gold, id_at
from qa.index import Index
from qa.questions import Question, parse_json, read_json_lines, read_text
from qa.scripts import is_japanese
from qa.types import Document, GoldStatus, Section

# A BEIR folder may hold several of these, of which the test set is the one that figures are published for.
SPLIT = "test"
# What passages of a record are named by; a record has one section.
PLACE = "text"
TOPIC = re.compile(r"<top>(.*?)</top>", re.DOTALL)
FIELDS = {
    name: re.compile(rf"<{name}>\s*(?:{label}:)?\s*(.*?)\s*(?=<|\Z)", re.DOTALL)
    for name, label in (("num", "Number"), ("title", "Topic"))
}


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents of one section each, questions, and the gold by question id."""

    name: str
    documents: tuple[Document, ...]
    questions: tuple[Question, ...]
    qrels: Mapping[str, Gold]

    @property
    def sha256(self) -> str:
        """Of all texts: equal collections make equal indexes."""
        total = hashlib.sha256()
        for document in self.documents:
            total.update(f"{document.id}\0{document.text}\0".encode())
        return total.hexdigest()


def read_beir(folder: Path, split: str = SPLIT) -> Collection:
    """A BEIR folder: corpus.jsonl, queries.jsonl, qrels/test.tsv (Thakur et al. 2021).

    Asked are the queries that the qrels judge. Raises EvaluationError that names file and line.
    """
    documents = tuple(_records(folder / "corpus.jsonl"))
    known = {document.id for document in documents}
    qrels = _read_qrels(folder / "qrels" / f"{split}.tsv", header=True)
    for id, judged in qrels.items():
        if missing := judged.keys() - known:
            raise EvaluationError(f"{split}.tsv judges {sorted(missing)[0]} for query {id}: corpus.jsonl has none such")
    texts = {_id(row, "_id", f"queries.jsonl, line {n}"): _text(row, "text", f"queries.jsonl, line {n}")
             for n, row in read_json_lines(folder / "queries.jsonl")}  # fmt: skip
    if missing := qrels.keys() - texts.keys():
        raise EvaluationError(f"{split}.tsv judges query {sorted(missing)[0]}: queries.jsonl has none such")
    questions = tuple(_question(id, text) for id, text in texts.items() if id in qrels)
    return Collection(folder.name, documents, questions, {id: {"document": judged} for id, judged in qrels.items()})


def read_squad(path: Path) -> Collection:
    """A SQuAD file (Rajpurkar et al. 2016, 2018): its paragraphs are the documents, its questions ask for theirs.

    Those marked impossible are not in any document. Raises EvaluationError.
    """
    documents: list[Document] = []
    questions: list[Question] = []
    qrels: dict[str, Gold] = {}
    try:
        for a, article in enumerate(parse_json(read_text(path), path.name)["data"], start=1):
            for p, paragraph in enumerate(article["paragraphs"], start=1):
                title = str(article.get("title", "")).replace("_", " ")
                document = record(f"{a}.{p}", title, _text(paragraph, "context", path.name))
                documents.append(document)
                for asked in paragraph["qas"]:
                    impossible = bool(asked.get("is_impossible", False))
                    id = _id(asked, "id", path.name)
                    if id in qrels:
                        raise EvaluationError(f"{path.name}: the id {id} is taken")
                    questions.append(_question(id, _text(asked, "question", path.name), impossible))
                    qrels[id] = {} if impossible else {"document": {document.id: 1}}
    except (KeyError, TypeError, AttributeError):
        raise EvaluationError(f"{path.name} is no SQuAD file: data has paragraphs, these context and qas") from None
    if not questions:
        raise EvaluationError(f"{path.name} holds no question")
    return Collection(path.stem, tuple(documents), tuple(questions), qrels)


def read_trec(topics: Path, qrels: Path, index: Index) -> tuple[tuple[Question, ...], dict[str, Gold]]:
    """TREC topics (<top>, or lines of id, tab, query) and qrels by passages, sections or documents of the index.

    Raises EvaluationError.
    """
    judged = _read_qrels(qrels, header=False)
    ids = {id for gold in judged.values() for id in gold}
    for level in LEVELS:
        if ids <= {id_at(level, passage) for passage in index.passages}:
            texts = dict(_topics(topics))
            questions = tuple(_question(id, text) for id, text in texts.items() if id in judged)
            if not questions:
                raise EvaluationError(f"{topics.name} and {qrels.name} have no topic in common")
            return questions, {id: {level: gold} for id, gold in judged.items()}
    known = {id_at(level, passage) for level in LEVELS for passage in index.passages}
    wrong = sorted(ids - known)[:1] or sorted(ids)[:1]
    raise EvaluationError(
        f"{qrels.name} judges {wrong[0]}: ids must all be passages (factsheet-2025/1.3.5/2), all sections "
        "(factsheet-2025/1.3.5) or all documents (factsheet-2025) of the index"
    )


def record(id: str, title: str, text: str) -> Document:
    """A record of a collection as a document: its title is the heading of its one section."""
    if not text.strip():
        title, text = "", title
    whole = f"{title}\n\n{text}" if title else text
    body = len(whole) - len(text)
    paragraphs = tuple((body + m.start(), body + m.end()) for m in re.finditer(r"\S(?:.|\n(?!\s*\n))*", text))
    section = Section(
        number="", label="", place=PLACE, kind="unnumbered" if title else "preamble", title=title,
        headings=(title,) if title else (), start=0, heading_end=len(title), end=len(whole), page=None,
        paragraphs=tuple((a, a + len(whole[a:b].rstrip())) for a, b in paragraphs), heading_notes=(),
    )  # fmt: skip
    return Document(
        id=id, title=title or id, text=whole, sections=(section,), notes=(), references=(), links=(), pages=(),
        contents_entries=0, contents_found=0, findings=(),
    )  # fmt: skip


def _records(path: Path) -> Iterator[Document]:
    seen: set[str] = set()
    for number, row in read_json_lines(path):
        where = f"{path.name}, line {number}"
        id = _id(row, "_id", where)
        if id in seen:
            raise EvaluationError(f"{where}: the _id {id} is taken")
        seen.add(id)
        yield record(id, str(row.get("title") or ""), _text(row, "text", where))
    if not seen:
        raise EvaluationError(f"{path} holds no document")


def _text(row: Mapping[str, Any], name: str, where: str) -> str:
    value = row.get(name)
    if not isinstance(value, str):
        raise EvaluationError(f"{where} has {name} = {value!r}: wanted is a text")
    return value


def _id(row: Mapping[str, Any], name: str, where: str) -> str:
    """An id of a row; it will stand between spaces in a run."""
    id = _text(row, name, where)
    if not re.fullmatch(r"\S+", id):
        raise EvaluationError(f"{where} has {name} = {id!r}: wanted is a text without spaces")
    return id


def _question(id: str, text: str, impossible: bool = False) -> Question:
    status: GoldStatus = "not_in_document" if impossible else "answered"
    return Question(id, "query", "ja" if is_japanese(text) else "en", (text,), (), (), (), status)


def _read_qrels(path: Path, header: bool) -> dict[str, dict[str, int]]:
    """Query -> id -> relevance. Three columns with a header (BEIR), or four of which the second says nothing (TREC)."""
    qrels: dict[str, dict[str, int]] = {}
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        cells = line.split()
        # A first line that ends in a number is no header, though BEIR has one.
        if not cells or (header and number == 1 and not cells[-1].isdecimal()):
            continue
        try:
            query, id, relevance = cells if header else (cells[0], *cells[2:])
            qrels.setdefault(query, {})[id] = max(int(relevance), 0)
        except ValueError:
            form = "query, document, relevance" if header else "query, 0, document, relevance"
            raise EvaluationError(f"{path.name}, line {number} is {line[:80]!r}: wanted are {form}") from None
    judged = {query: gold for query, gold in qrels.items() if any(gold.values())}
    if not judged:
        raise EvaluationError(f"{path} judges nothing relevant")
    return judged


def _topics(path: Path) -> Iterable[tuple[str, str]]:
    text = read_text(path)
    if "<top>" in text:
        for number, topic in enumerate(TOPIC.findall(text), start=1):
            id, title = (field.search(topic) for field in FIELDS.values())
            if id is None or title is None:
                raise EvaluationError(f"{path.name}: topic {number} lacks <num> or <title>")
            yield id[1], " ".join(title[1].split())
    else:
        for number, line in enumerate(text.split("\n"), start=1):
            cells = line.strip().split("\t")
            if line.strip() and len(cells) != 2:
                raise EvaluationError(f"{path.name}, line {number} is {line[:80]!r}: wanted are id, tab, query")
            if line.strip():
                yield cells[0], cells[1]
