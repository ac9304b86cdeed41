"""What a link to a passage leads to, and how to cite that: for the API and for the pages."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import Request
from starlette.exceptions import HTTPException

from qa.addresses import Linked, passage_link
from qa.answers import Assistant
from qa.citations import Form, cite
from qa.errors import QuestionError
from qa.wording import sentence


def follow(assistant: Assistant, place: str, at: str, digits: str) -> Linked:
    """What a link leads to. Raises HTTPException for nothing."""
    try:
        return assistant.addresses.follow(place, at, digits)
    except QuestionError as error:
        raise HTTPException(404, sentence(error)) from None


def cite_passage(assistant: Assistant, linked: Linked, form: Form, request: Request) -> str:
    """How to cite the passage of a link, with its public address and today's date."""
    (passage,) = linked.passages
    gone = linked.retired.get(passage.id)
    edition = gone.edition if gone else assistant.index.documents[passage.document]
    address = f"{assistant.settings.url or str(request.base_url).rstrip('/')}{passage_link(passage)}"
    return cite(passage, edition, form, address, datetime.now(UTC).date())
