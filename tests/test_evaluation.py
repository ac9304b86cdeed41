"""An evaluation of a few real questions: its figures agree with trec_eval's files, its records with each other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import ir_measures
import pytest
from junitparser import JUnitXml
from playwright.sync_api import Browser

from qa.ablations import WHOLE, ablation_table, run_variants
from qa.answers import Assistant
from qa.errors import EvaluationError
from qa.evaluation import Outcome, evaluate
from qa.figures import ALL, Evaluation, latency
from qa.measures import RANKING
from qa.questions import Question
from qa.records import differences, identity, read_baseline, save, write_records
from qa.report import coverage, report_page
from qa.retrieval import search
from qa.types import GoldStatus


def asked(id: str, kind: str, turns: Sequence[str], evidence: str = "", section: str = "", url: str = "",
          status: GoldStatus = "answered") -> Question:  # fmt: skip
    gold = [tuple(filter(None, [part])) for part in (evidence, section, url)]
    return Question(id, kind, "en", tuple(turns), gold[0], gold[1], gold[2], status)


QUESTIONS = [
    asked("act", "fact", ["When was the AI Act fully enforced?"], "and was fully enforced on September 1", "1.3.1.a",
          "https://www.japaneselawtranslation.go.jp/ja/laws/view/5066/en"),
    asked("head", "follow_up", ["What is the AI Strategic Headquarters?", "Who is the head of the AI headquarters?"],
          "It is composed of the Prime Minister as its head", "2.1"),
    asked("drone", "keyword", ["drone act <b>law</b>"], "In addition to the Civil Aeronautics Act", "1.3.5",
          "https://aisi.go.jp/"),
    asked("hard", "paraphrase", ["In which court was it tried?"], "The purpose of the Copyright Act", "1.3.3"),
    asked("cake", "far", ["How long does a chocolate cake bake?"], status="not_in_document"),
    asked("fine", "near_miss", ["When was the AI Act promulgated?"], status="not_in_document"),
]  # fmt: skip


@pytest.fixture(scope="module")
def outcomes(assistant: Assistant) -> list[Outcome]:
    return evaluate(assistant, QUESTIONS)


@pytest.fixture(scope="module")
def evaluation(outcomes: list[Outcome]) -> Evaluation:
    return Evaluation("a few", outcomes, {"model": "multilingual-e5-small"})


def by_id(outcomes: Sequence[Outcome], id: str) -> Outcome:
    return next(outcome for outcome in outcomes if outcome.question.id == id)


def test_gold_is_what_holds_the_evidence(outcomes: list[Outcome], assistant: Assistant) -> None:
    texts = {passage.id: passage.text for passage in assistant.index.passages}
    for outcome in outcomes:
        assert outcome.answerable == bool(outcome.gold)
        for quote in outcome.question.evidence:
            assert any(quote in texts[id] for id in outcome.gold["passage"])
    assert by_id(outcomes, "act").gold["section"] == {"factsheet-2025/1.3.1.a": 1}


def test_evidence_over_two_passages_makes_both_relevant(assistant: Assistant) -> None:
    first, second = next(
        (a, b)
        for a, b in zip(assistant.index.passages, assistant.index.passages[1:], strict=False)
        if a.section == b.section
    )
    quote = assistant.documents[0].text[first.end - 20 : second.start + 20]
    (outcome,) = evaluate(assistant, [asked("two", "direct", ["x"], quote, first.section.number)])
    assert set(outcome.gold["passage"]) == {first.id, second.id}


def test_only_the_last_turn_is_asked_and_ranked_as_by_search(outcomes: list[Outcome], assistant: Assistant) -> None:
    head = by_id(outcomes, "head")
    assert head.answer == assistant.ask("Who is the head of the AI headquarters?")
    hits = search(assistant.index, assistant.encoder, head.question.asked, 5).hits
    assert head.hits[:5] == hits


def test_figures_agree_with_trec_eval_on_the_files_written(evaluation: Evaluation, tmp_path: Path) -> None:
    write_records(evaluation, tmp_path)
    for level in ("passage", "section"):
        qrels = list(ir_measures.read_trec_qrels(str(tmp_path / f"{level}s.qrels")))
        run = list(ir_measures.read_trec_run(str(tmp_path / f"{level}s.run")))
        measures = [ir_measures.parse_measure(name) for name in evaluation.names]
        for measure, value in ir_measures.calc_aggregate(measures, qrels, run).items():
            assert evaluation.figures[ALL][f"{level}.{str(measure).lower()}"].value == pytest.approx(value)


def test_groups_are_means_of_their_questions(evaluation: Evaluation, outcomes: list[Outcome]) -> None:
    values = evaluation.values["section.success@1"]
    assert set(values) == {"act", "head", "drone", "hard"}
    assert evaluation.figures["en.fact"]["section.success@1"].value == values["act"]
    assert evaluation.figures[ALL]["section.success@1"].value == sum(values.values()) / 4
    assert values["act"] == float(by_id(outcomes, "act").rank("section") == 1)
    assert evaluation.values["url@1"] == {"act": 1.0, "drone": 0.0}
    assert evaluation.values["refusal.recall"]["cake"] == 1.0
    declined = [outcome for outcome in outcomes if outcome.declined]
    right = [outcome for outcome in declined if not outcome.answerable]
    precision = evaluation.figures[ALL]["refusal.precision"].value
    assert precision == pytest.approx(len(right) / len(declined))
    recall = evaluation.figures[ALL]["refusal.recall"].value
    assert evaluation.figures[ALL]["refusal.f1"].value == pytest.approx(2 * precision * recall / (precision + recall))
    assert 0 < latency(outcomes)["p50"] <= latency(outcomes)["p95"]


def test_figures_have_short_names(evaluation: Evaluation) -> None:
    assert evaluation.figure("Success@5") == evaluation.figures[ALL]["passage.success@5"]
    assert evaluation.figure("en.fact/section.success@1") == evaluation.figures["en.fact"]["section.success@1"]
    with pytest.raises(EvaluationError, match=r"success@7 is no figure of all: there are passage\.success@1"):
        evaluation.figure("success@7")
    with pytest.raises(EvaluationError, match=r"none/success@5 names no group: there are all, en, en\.fact"):
        evaluation.figure("none/success@5")


def test_a_saved_evaluation_is_the_baseline_of_the_next(
    evaluation: Evaluation, assistant: Assistant, tmp_path: Path
) -> None:
    save(evaluation, tmp_path / "first.json")
    again = replace(evaluation, outcomes=evaluate(assistant, QUESTIONS))
    save(again, tmp_path / "second.json")
    timeless = [re.sub(r'"p\d+": [\d.]+', "", (tmp_path / f"{n}.json").read_text()) for n in ("first", "second")]
    assert timeless[0] == timeless[1]
    baseline = read_baseline(tmp_path / "first.json")
    assert all(change.before == change.after for change in differences(again, baseline).values())
    assert baseline.ranks[identity(QUESTIONS[0])] == by_id(evaluation.outcomes, "act").rank("passage")
    assert differences(evaluation, replace(baseline, values={"passage.success@1": {"other": 1.0}})) == {}
    (tmp_path / "bad.json").write_text('{"questions": [1]}')
    with pytest.raises(EvaluationError, match="is no evaluation"):
        read_baseline(tmp_path / "bad.json")


def test_build_servers_are_told_what_is_wrong(evaluation: Evaluation, tmp_path: Path) -> None:
    write_records(evaluation, tmp_path)
    (suite,) = JUnitXml.fromfile(str(tmp_path / "junit.xml"))
    told = {case.name: [failure.message for failure in case.result] for case in suite}
    assert told == {o.question.id: [o.fault] if o.fault else [] for o in evaluation.outcomes}
    assert told["cake"] == []
    assert told["fine"] == ["Answered, though the documents do not say."]


def test_sections_nobody_reaches_are_seen(evaluation: Evaluation, assistant: Assistant) -> None:
    reach = {row.section.start: row for row in coverage(evaluation.outcomes, assistant.documents)}
    document = assistant.documents[0]
    assert set(reach) == {section.start for section in document.sections if section.paragraphs}
    asked_for = {row.section.title: (row.asked, row.shown) for row in reach.values() if row.asked}
    assert asked_for["Copyright Act"] == (1, int(by_id(evaluation.outcomes, "hard").rank("passage") in range(1, 6)))
    assert sum(row.asked for row in reach.values()) == 4


def test_the_report_opens_offline_and_shows_every_question(
    evaluation: Evaluation, assistant: Assistant, tmp_path: Path, browser: Browser
) -> None:
    save(evaluation, tmp_path / "before.json")
    baseline = read_baseline(tmp_path / "before.json")
    # As if one question had been found later than it is, and one sooner.
    late = next(o for o in evaluation.outcomes if o.answerable and o.rank("passage") != 1)
    worse = replace(baseline, ranks={**baseline.ranks, identity(QUESTIONS[0]): 9, identity(late.question): 1})
    page_text = report_page(evaluation, assistant.documents, worse, differences(evaluation, baseline))
    (tmp_path / "report.html").write_text(page_text, encoding="utf-8")
    page = browser.new_page(viewport={"width": 375, "height": 667}, java_script_enabled=True)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: said.append(request.url) if not request.url.startswith("file:") else None)
    page.goto((tmp_path / "report.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    for question in QUESTIONS:
        details = page.locator(f"#q-{question.id}")
        assert question.asked in (details.locator("summary").text_content() or "")
    details = page.locator("#q-act")
    details.locator("summary").click()
    first = by_id(evaluation.outcomes, "act").hits[0].passage
    assert details.locator(".passage").first.text_content() == first.text
    assert details.locator("mark").all_text_contents() == list(QUESTIONS[0].evidence)
    assert page.locator("figure svg").count() == 4
    assert page.locator("#changes h3").all_text_contents() == ["Found sooner: 1", "Found later: 1"]
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((element) => element.id)")
    assert len(ids) == len(set(ids))
    page.get_by_label("wrong (").check()
    assert page.locator("#q-fine").is_visible()
    assert not page.locator("#q-cake").is_visible()
    page.close()
    assert said == []


def test_ablations_leave_out_one_part_at_a_time(assistant: Assistant, corpus: Path, tmp_path: Path) -> None:
    # All hints would take half a minute to fit.
    name = "factsheet-2025.jsonl"
    (tmp_path / "hints").mkdir()
    lines = (corpus / "hints" / name).read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "hints" / name).write_text("".join(lines[:400]), encoding="utf-8")
    few = Assistant(assistant.index, assistant.encoder, replace(assistant.settings, corpus=tmp_path))
    found = run_variants(few, QUESTIONS, None, RANKING, lambda *_: None)
    assert next(iter(found)) == WHOLE
    hits = {name: by_id(evaluation.outcomes, "act").hits for name, evaluation in found.items()}
    assert [hit.score for hit in hits["no hints, vectors alone"]] == [
        hit.dense for hit in hits["no hints, vectors alone"]
    ]
    assert all(hit.hint is None for hit in hits["no hints"])
    assert [hit.score for hit in hits["words alone"]] == [hit.lexical for hit in hits["words alone"]]
    assert {hit.passage.context for hit in hits["headings not searched"]} == {""}
    table = ablation_table(found).splitlines()
    assert len(table) == 2 + len(found)
    assert all(row.count("|") == table[0].count("|") for row in table)
