"""What a terminal shows: progress, the summary of a build, an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from qa.confidence import PARTIAL
from qa.entries import Progress as Report
from qa.figures import ALL, Evaluation, count_questions, latency
from qa.index import Summary
from qa.measures import Difference, Estimate
from qa.types import Answer, Document, Quote, Section
from qa.verification import Verdict
from qa.wording import LABELS, language_of, status_words

# A comfortable line of prose; wider windows are left empty.
WIDTH = 100
# A pipe gets each passage on one line, word for word.
ENDLESS = 1_000_000

# Figures of the table, as many as fit a line; the report has all.
PRINTED = ("success@1", "success@5", "refusal.recall")


@contextmanager
def progressing(words: str) -> Iterator[Report]:
    """A progress bar on standard error; yields what is to be told how many are done and how many there are."""
    columns = (TextColumn(words), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def print_summary(summary: Summary) -> None:
    """What was built, document by document, and everything that did not come out whole."""
    console = open_console()
    for document in summary.documents:
        urls = sum(len(note.sources) for note in document.notes)
        cited = {reference.note for reference in document.references}
        resolved = sum(note.number in cited for note in document.notes)
        console.print(Text(document.title, style="bold"))
        console.print(f"  sections  {len(document.sections)}")
        console.print(f"  notes     {resolved} of {len(document.notes)} resolved, {urls} links")
        if document.contents_entries:
            console.print(f"  contents  {document.contents_found} of {document.contents_entries} entries found")
        if document.sheets:
            kept = document.kept / max(document.letters, 1)
            console.print(f"  pages     {document.sheets}, {kept:.2%} of their {document.letters:,} letters kept")
        for finding in document.findings:
            console.print(Text(f"  look at   {finding}", style="yellow"))
    console.print(f"passages    {summary.passages}")
    if summary.retired:
        console.print(f"retired     {summary.retired} passages of earlier editions")
    console.print(f"coverage    {summary.coverage:.1%} of the text")
    console.print(f"vectors     {summary.embedded} made, {summary.kept} kept")
    console.print(f"seconds     {summary.seconds:.1f}")


def print_intake(drafted: Iterable[Path], retired: Path | None = None) -> None:
    """What was written into the corpus beside a file, for its maintainer to look at."""
    console = open_console()
    if retired:
        console.print(Text(f"Retired the edition before: {retired}"))
    for path in drafted:
        console.print(Text(f"Drafted {path} from the file: check every line of it.", style="yellow"))


def print_explanation(documents: Iterable[Document]) -> None:
    """Each section with its page, and what told that its heading is one."""
    console = open_console()
    for document in documents:
        console.print(Text(document.title, style="bold"))
        for section in document.sections:
            place = place_text(section, section.page)
            place.append(f"  [{', '.join(section.evidence) or 'no heading'}]", style="not bold cyan")
            console.print(Padding(place, (0, 0, 0, 2), expand=False))


def print_answer(answer: Answer, documents: Mapping[str, Document]) -> None:
    """An answer to read: each passage below its place, its links below it. `documents` are all, by id."""
    console = open_console()
    titles = {id: document.title for id, document in documents.items()} if len(documents) > 1 else {}
    if answer.status != "answered" or answer.confidence < PARTIAL:
        console.print(Text(" ".join(status_words(answer).values())))
    for quote in answer.quotes:
        _print_quote(console, quote, titles.get(quote.hit.passage.document, ""))
    if answer.nearest:
        console.print(f"{LABELS[language_of(answer.question)]['closest']}:")
        for near in answer.nearest:
            place = place_text(near.section, near.section.page, titles.get(near.document, ""))
            console.print(Padding(place, (0, 0, 0, 2), expand=False))
    passages = [*(quote.hit.passage for quote in answer.quotes), *answer.nearest]
    for document in (documents[id] for id in dict.fromkeys(passage.document for passage in passages)):
        facts = (document.title, document.publisher, document.published, document.notice)
        console.print(Text(" · ".join(fact for fact in facts if fact), style="dim"))


def print_verdict(verdict: Verdict) -> None:
    """Whether a quotation is one, and where it stands or begins to differ."""
    console = open_console()
    console.print("Verified, word for word." if verdict.verified else "Not in the document in these words.")
    if verdict.document is None or verdict.section is None:
        return
    if difference := verdict.difference:
        printed = f"“{difference.printed}”" if difference.printed else "the end of the document"
        shown = f"First difference: character {difference.at + 1} is “{difference.quoted}”, printed is {printed}."
        console.print(Text(shown))
    console.print(place_text(verdict.section, verdict.page))
    text = Text(verdict.document.text[verdict.start : verdict.end])
    console.print(Padding(text, (0, 0, 0, 2), expand=False))
    console.print(Text(verdict.document.title, style="dim"))


def print_evaluation(evaluation: Evaluation, changes: Mapping[str, Difference]) -> None:
    """The figures of each group with their intervals, and what changed beside a baseline."""
    console = open_console()
    console.print(Text(evaluation.name, style="bold"))
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("questions")
    table.add_column("number", justify="right")
    columns = [name for name in evaluation.figures[ALL] if name.endswith(PRINTED)]
    for name in columns:
        table.add_column(name.replace(".", "\n"), justify="right")
    for group, found in evaluation.figures.items():
        cells = [_estimate(found[name]) if name in found else "" for name in columns]
        table.add_row(group, str(count_questions(found, columns)), *cells)
    console.print(table)
    times = latency(evaluation.outcomes)
    console.print(f"milliseconds an answer: {times['p50']:.0f} at the median, {times['p95']:.0f} for one in twenty")
    for name, change in changes.items():
        if change.changed:
            style = "red" if change.worse else ""
            words = f"{name}: {change.before:.3f} -> {change.after:.3f}, p = {change.p:.3f}"
            console.print(Text(f"{words}{', worse' if change.worse else ''}", style=style))
    if changes and not any(change.changed for change in changes.values()):
        console.print("No figure differs from the baseline.")


def place_text(section: Section, page: int | None, title: str = "") -> Text:
    """Number, heading and page, and the title of the document where there are several."""
    place = Text(f"{section.label}  " if section.label else "", style="bold")
    place.append(section.title, style="bold")
    if page is not None:
        place.append(f"  p. {page}", style="not bold")
    if title:
        place.append(f" · {title}", style="not bold dim")
    return place


def open_console() -> Console:
    """Standard output: in a window lines of a comfortable length, in a pipe whole ones."""
    console = Console(highlight=False)
    console.width = min(console.width, WIDTH) if console.is_terminal else ENDLESS
    return console


def _estimate(found: Estimate) -> str:
    value, low, high = (f"{share:.2f}".removeprefix("0").replace("1.00", "1") for share in found[:3])
    return f"{value} {low}–{high}"


def _print_quote(console: Console, quote: Quote, title: str) -> None:
    passage = quote.hit.passage
    console.print(place_text(passage.section, passage.page, title))
    text = Text(passage.text)
    for start, end in quote.marks:
        text.stylize("underline", start, end)
    console.print(Padding(text, (0, 0, 0, 2), expand=False))
    for source in passage.sources:
        name = f"[{source.footnote}]" if source.footnote is not None else "[link]"
        remark = f" ({source.remark})" if source.remark else ""
        console.print(Text(f"  {name}{remark} {source.url}", style="cyan"), soft_wrap=True)
    console.print()
