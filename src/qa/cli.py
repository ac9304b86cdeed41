"""The command line. Everything heavy is imported by the command that needs it."""

from __future__ import annotations

import io
import os
import signal
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa.errors import IndexMissing, QAError, SettingError
from qa.settings import MOST_PASSAGES, PACKAGED_INDEX, Settings, read_settings

if TYPE_CHECKING:
    from qa.answers import Assistant
    from qa.index import Summary

# The exit code for a quotation that is none, for editions that differ, for an evaluation that is worse.
NOT_VERIFIED = DIFFERENT = WORSE = 3

app = typer.Typer(
    help="Answers questions about a published document in the document's own words.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run a command; what a person can cure is one line on standard error, and exit code 1."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A pipe that cannot take Japanese gets question marks, not a traceback.
        sys.stdout.reconfigure(errors="replace")
    try:
        app()
    except QAError as error:
        typer.echo(f"qa: {error}", err=True)
        sys.exit(1)


@app.callback(invoke_without_command=True)
def options(version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False) -> None:
    """What stands before a command."""
    if version:
        from qa import __version__

        typer.echo(__version__)
        raise typer.Exit


@app.command()
def index(
    file: Annotated[Path | None, typer.Argument(help="A Markdown or PDF file to take into the corpus first.")] = None,
    replaces: Annotated[str | None, typer.Option(help="The id of the document it is the next edition of.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say of each section what told its heading.")] = False,
) -> None:
    """Build the index from the corpus, unless nothing changed; texts that did not change keep their vectors."""
    from qa.intake import draft_missing, take_in
    from qa.terminal import print_explanation, print_intake, print_summary

    settings = read_settings(os.environ)
    if replaces and not file:
        raise SettingError("--replaces says of a file what it replaces: name the file")
    if file:
        print_intake(*take_in(file, settings.corpus, replaces, settings.pdf_limits))
    else:
        print_intake(draft_missing(settings.corpus, settings.pdf_limits))
    summary = _build(settings)
    print_summary(summary)
    if explain:
        print_explanation(summary.documents)


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="The question, in quotes.")],
    k: Annotated[int | None, typer.Option("--k", "-k", min=1, max=MOST_PASSAGES, help="How many passages.")] = None,
    document: Annotated[str | None, typer.Option(help="The id of the only document to search.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the answer as the API gives it.")] = False,
) -> None:
    """Print the passages that answer a question, word for word."""
    from qa.answers import check_question

    check_question(question)
    assistant = _open(read_settings(os.environ))
    answer = assistant.ask(question, k, document)
    if json:
        from qa.contract import answer_body

        typer.echo(answer_body(answer).model_dump_json(indent=2))
    else:
        from qa.terminal import print_answer

        print_answer(answer, assistant.index.documents)


@app.command()
def verify(
    quote: Annotated[str, typer.Argument(help="The quotation, in quotes.")],
    document: Annotated[str | None, typer.Option(help="The id of the only document to look into.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the verdict as the API gives it.")] = False,
) -> None:
    """Say whether a quotation stands in the document word for word; exit code 3 when it does not."""
    from qa.verification import Verifier

    verdict = Verifier(_open(read_settings(os.environ)).documents).verify(quote, document)
    if json:
        from qa.contract import verdict_body

        typer.echo(verdict_body(verdict).model_dump_json(indent=2))
    else:
        from qa.terminal import print_verdict

        print_verdict(verdict)
    raise typer.Exit(0 if verdict.verified else NOT_VERIFIED)


@app.command()
def diff(
    old: Annotated[str, typer.Argument(help="The old edition: a file, or the id of a document.")],
    new: Annotated[str, typer.Argument(help="The new edition, likewise.")],
    json: Annotated[bool, typer.Option("--json", help="Print the comparison for a program to read.")] = False,
) -> None:
    """Show what changed from one edition of a document to another; exit code 3 when anything did."""
    from qa.changes import comparison_body, print_comparison
    from qa.editions import compare
    from qa.retired import read_edition

    settings = read_settings(os.environ)
    first, second = (read_edition(name, settings.corpus, settings.pdf_limits) for name in (old, new))
    comparison = compare(first, second)
    if json:
        typer.echo(comparison_body(comparison).model_dump_json(indent=2))
    else:
        print_comparison(comparison)
    raise typer.Exit(0 if comparison.same else DIFFERENT)


@app.command("eval")
def evaluate(
    sets: Annotated[list[Path] | None, typer.Argument(help="Question sets, .jsonl or .csv; or a SQuAD .json.")] = None,
    split: Annotated[str, typer.Option(help="Without a file: the corpus's own sets: dev, test or all.")] = "dev",
    beir: Annotated[Path | None, typer.Option(help="A BEIR folder, which is indexed first.")] = None,
    topics: Annotated[Path | None, typer.Option(help="TREC topics; needs --qrels.")] = None,
    qrels: Annotated[Path | None, typer.Option(help="TREC qrels by passages, sections or documents.")] = None,
    output: Annotated[Path, typer.Option(help="The folder of the report and the records.")] = Path("evaluation"),
    baseline: Annotated[Path | None, typer.Option(help="An earlier evaluation.json to compare with.")] = None,
    fail_under: Annotated[list[str] | None, typer.Option(help="The least a figure may be: success@5=0.95.")] = None,
    ablations: Annotated[bool, typer.Option("--ablations", help="Print what each part of the search adds.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only say what is wrong with the question sets.")] = False,
) -> None:
    """Measure on a question set and write a report; exit code 3 when it is worse than --baseline or --fail-under."""
    from qa import trial
    from qa.terminal import print_evaluation, progressing

    settings = read_settings(os.environ)
    paths = sets or ([] if beir or topics or qrels else trial.default_sets(settings, split))
    if check and not paths:
        raise SettingError("--check is for question sets: name one")
    if ablations and (baseline or fail_under):
        raise SettingError("--ablations only prints a table: leave out --baseline and --fail-under")
    if check:
        complaints = trial.check_sets(_open(settings), paths)
        typer.echo("\n".join(complaints) or "Nothing is wrong.")
        raise typer.Exit(WORSE if complaints else 0)
    limits = trial.read_limits(baseline, fail_under or ())
    with progressing("Indexing") as progress:
        asked = trial.prepare(paths, beir, topics, qrels, lambda: _open(settings), settings, progress)
    limits.check(asked)
    with progressing("Asking") as progress:
        if ablations:
            typer.echo(trial.run_ablations(asked, progress))
            raise typer.Exit
        trial.make_folder(output)
        evaluation = asked.run(progress)
    changes, failures = trial.conclude(asked, evaluation, limits, output)
    print_evaluation(evaluation, changes)
    typer.echo(f"report: {output / trial.REPORT}")
    for failure in failures:
        typer.echo(failure, err=True)
    raise typer.Exit(WORSE if failures else 0)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 7860,
) -> None:
    """Serve the page and the API."""
    settings = read_settings(os.environ)
    # A hang-up is a service manager's word for a new index, which may come early; a terminal's, that it was closed.
    managed = not (sys.stdin and sys.stdin.isatty())
    if managed:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    typer.echo("Starting, this takes some ten seconds ...", err=True)
    assistant = _open(settings)
    # The first question would otherwise wait for the model to load.
    assistant.ask("ready")
    from qa.answers import reopen_assistant
    from qa.server import serve as serve_forever

    address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    announce = partial(typer.echo, f"Serving on {address}, Ctrl+C stops.", err=True)
    serve_forever(assistant, host, port, announce, partial(reopen_assistant, assistant) if managed else None)


@app.command()
def mcp() -> None:
    """Serve a language model's client over standard input and output (Model Context Protocol)."""
    from qa.integrations.mcp import run_stdio

    run_stdio(_open(read_settings(os.environ)))


def _open(settings: Settings) -> Assistant:
    """The assistant; a missing index is made, a stale one is for the maintainer to judge."""
    from qa.answers import open_assistant
    from qa.store import copy_index

    try:
        return open_assistant(settings)
    except IndexMissing:
        copy_index(PACKAGED_INDEX, settings.index)
        # Builds where nothing was copied, or where that was of another corpus.
        _build(settings)
        return open_assistant(settings)


def _build(settings: Settings) -> Summary:
    from qa.encoder import SentenceEncoder
    from qa.index import refresh_index
    from qa.terminal import progressing

    with progressing("Reading the texts") as progress:
        encoder = SentenceEncoder(settings.model)
        return refresh_index(settings, encoder, progress)


if __name__ == "__main__":
    main()
