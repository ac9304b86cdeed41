"""What readers say of answers, kept as candidate questions for a maintainer to review."""

from __future__ import annotations

import json
import logging
import threading
from pathlib import Path
from uuid import uuid4

from qa.scripts import is_japanese
from qa.types import Answer

# A file this large has thousands of candidates to review; what comes then is not kept.
BYTES_AT_MOST = 5_000_000

log = logging.getLogger(__name__)


class FeedbackFile:
    """A file of question lines, one a vote. It holds what was asked and nothing of who asked, or when."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def add(self, answer: Answer, right: bool) -> bool:
        """Append a candidate question; False when the file cannot take one more.

        The kind says what the vote was. An answer that was right gives its gold: the marked words of its first
        passage. One that was not leaves gold and status to the reviewer.
        """
        line = json.dumps(_candidate(answer, right), ensure_ascii=False) + "\n"
        try:
            with self._lock, self._path.open("a", encoding="utf-8") as file:
                if file.tell() + len(line.encode()) > BYTES_AT_MOST:
                    return False
                file.write(line)
        except OSError as error:
            log.error("QA_FEEDBACK=%s cannot be written: %s", self._path, error.strerror)
            return False
        return True


def _candidate(answer: Answer, right: bool) -> dict[str, object]:
    """A line of a question set, of a kind that says it is not reviewed."""
    passage = answer.quotes[0].hit.passage if right and answer.quotes else None
    marks = answer.quotes[0].marks or ((0, len(passage.text)),) if passage else ()
    asked = {"turns": [*answer.history, answer.question]} if answer.history else {"question": answer.question}
    return {
        "id": f"candidate-{uuid4().hex[:12]}",
        "kind": "candidate_right" if right else "candidate_wrong",
        "language": "ja" if is_japanese(answer.question) else "en",
        **asked,
        "evidence": [passage.text[start:end] for start, end in marks] if passage else [],
        "sections": [passage.section.number] if passage and passage.section.number else [],
        "urls": [],
        "status": "answered" if passage else "not_in_document",
    }
