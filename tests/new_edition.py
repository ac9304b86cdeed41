"""The factsheet as it might be published a year later."""

from __future__ import annotations

import re
from pathlib import Path

CONVENTION = "The convention is the first treaty on artificial intelligence. Japan signed it in February 2025."
# Everything that is edited, in the order of the text: what is printed, and what is printed instead.
RENUMBERED = {
    "2) UNESCO Rec": "3) UNESCO Rec",
    "3) Hiroshima AI Process (2023": "4) Hiroshima AI Process (2023",
    "4) Final Report": "5) Final Report",
    "5) Global Digital Compact": "6) Global Digital Compact",
}
NEW_URL = "https://www.japan.go.jp/kizuna/2026/hiroshima.html"


def edit(text: str) -> str:
    """One sentence and one address changed, a section added, one removed with its footnote, two pairs swapped."""
    for printed, instead in RENUMBERED.items():
        # In the list of contents and above the text.
        text, times = re.subn(f"^(#* ?){re.escape(printed)}", rf"\g<1>{instead}", text, flags=re.MULTILINE)
        assert times == 2, printed
    added = "2) Framework Convention on AI (2024/Council of Europe)"
    text = _replace(text, "\n3) UNESCO", f"\n{added} .....\t2\n3) UNESCO")
    text = _replace(text, "### 3) UNESCO", f"### {added}\n\n{CONVENTION}\n\n### 3) UNESCO")
    text = _replace(text, "As of March 2026, 25 organizations", "As of March 2027, 31 organizations")
    text = _replace(text, "https://www.japan.go.jp/kizuna/2024/02/hiroshima_ai_process.html", NEW_URL)
    act, plan = (
        _between(text, "### a) Basic Act on", "### b) The plan"),
        _between(text, "### b) The plan", "## 3) Pers"),
    )
    text = _replace(text, act + plan, plan.replace("b)", "a)", 1) + act.replace("a)", "b)", 1))
    patent, copyright = (
        _between(text, "Patent Law<", "Copyright Act<"),
        _between(text, "Copyright Act<", "Trademark Act<"),
    )
    text = _replace(text, patent + copyright, copyright + patent)
    for first, then in (
        ("12) Guidelines", "1.6 Major"),
        ("12) Guidelines", "1.6 Major"),
        ("<sup>47</sup> ", "<sup>48"),
    ):
        text = _replace(text, _between(text, first, then), "")
    return _replace(text, "March 31, 2026", "March 31, 2027")


def publish(corpus: Path, folder: Path) -> Path:
    """A corpus in `folder` that holds the new edition, and the present one retired."""
    made = folder / "corpus"
    (made / "retired").mkdir(parents=True)
    for path in (corpus / "factsheet-2025.md", corpus / "factsheet-2025.toml"):
        (made / "retired" / path.name).write_bytes(path.read_bytes())
    text = (corpus / "factsheet-2025.md").read_text(encoding="utf-8")
    (made / "factsheet-2025.md").write_text(edit(text), encoding="utf-8")
    facts = (corpus / "factsheet-2025.toml").read_text(encoding="utf-8")
    facts = re.sub("sha256.*\n", "", facts).replace("March 31, 2026", "March 31, 2027")
    (made / "factsheet-2025.toml").write_text(facts, encoding="utf-8")
    return made


def _replace(text: str, printed: str, instead: str) -> str:
    assert text.count(printed) == 1, (text.count(printed), printed)
    return text.replace(printed, instead)


def _between(text: str, first: str, then: str) -> str:
    start = text.index(first)
    return text[start : text.index(then, start)]
