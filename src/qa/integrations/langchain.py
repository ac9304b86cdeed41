"""The assistant as a LangChain retriever: passages word for word, or none when the documents do not say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from qa.answers import Assistant, open_assistant
from qa.contract import answer_body
from qa.errors import PackageMissing
from qa.settings import Settings

try:
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever
except ModuleNotFoundError as error:
    raise PackageMissing(
        "the retriever needs the package langchain-core: pip install 'factsheet-qa[langchain]'"
    ) from error

if TYPE_CHECKING:
    from langchain_core.callbacks import CallbackManagerForRetrieverRun

# Of a result, what is no metadata: the words themselves, and spans for highlighting.
NOT_METADATA = {"text", "marks"}


class PassageRetriever(BaseRetriever):
    """Passages that answer a query, best first; an empty list when the documents do not say.

    `page_content` is the document word for word. `metadata` has what the API says of a passage: id, document,
    section, label, title, page, headings, sources, permalink, score, start and end (code points); and confidence,
    0 to 1, the estimated probability that the document answers the query. `k` is 1 to 20, by default that of the
    settings; `document` is the id of the only one to search. Raises QuestionError as `Assistant.ask` does.
    """

    assistant: Assistant
    k: int | None = None
    document: str | None = None

    @classmethod
    def open(cls, settings: Settings | None = None, k: int | None = None, document: str | None = None) -> Self:
        """The retriever over the index of these settings, by default those of the environment (QA_*).

        Raises IndexUnusable or ModelError as `open_assistant` does.
        """
        return cls(assistant=open_assistant(settings), k=k, document=document)

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 (the base class gives it)
    ) -> list[Document]:
        answer = answer_body(self.assistant.ask(query, self.k, self.document))
        return [
            Document(
                id=result.id,
                page_content=result.text,
                metadata={**result.model_dump(exclude=NOT_METADATA), "confidence": answer.confidence},
            )
            for result in answer.results
        ]
