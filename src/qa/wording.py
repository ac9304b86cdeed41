"""What is said around the document's words: fixed sentences, in the language of the asker."""

from __future__ import annotations

from collections.abc import Mapping

from qa.confidence import PARTIAL, STRONG
from qa.errors import QAError
from qa.scripts import is_japanese
from qa.types import Answer

# Without an example of the document's own, the sentence ends before it.
EXAMPLE = {"en": " Such as: {}", "ja": " 例：{}"}
# What is asked: the only document that was searched, or all.
ASKED = {"en": ("“{}”", "The documents"), "ja": ("「{}」", "これらの文書")}
# Status -> what is said; {asked} is what was searched, {date} the day as of which it is.
SENTENCES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "not_in_document": "{asked} {does} not say.",
        "after_cutoff": "{asked} {does} not say: the content is as of {date}.",
        "advice_requested": "{asked} {does} not judge a case. Ask what is said on the matter.",
        "too_vague": "It is not clear what you want to know. Name the law, guideline or body you ask about.",
        "small_talk": "Questions about the content of the document are answered here.",
        "not_a_question": "This could not be understood as a question. Ask one in a few words.",
        "nearest": " You could ask in other words, or look into the closest sections.",
    },
    "ja": {
        "not_in_document": "{asked}には記載がありません。",
        "after_cutoff": "{asked}には記載がありません（内容は{date}時点のものです）。",
        "advice_requested": "{asked}は個別の事案への助言や判断を示していません。関連する記載をお尋ねください。",
        "too_vague": "お尋ねの内容がはっきりしません。法律・ガイドライン・機関などの名前を入れてお尋ねください。",
        "small_talk": "ここでは文書の内容についてのご質問にお答えします。",
        "not_a_question": "質問として読み取れませんでした。短い言葉で質問を入力してください。",
        "nearest": "別の言葉で尋ねるか、近いセクションをご覧ください。",
    },
}
MATCHES = {
    "en": ("Strong match.", "Partial match.", "Weak match: please check that it answers your question."),
    "ja": ("一致度：高", "一致度：中", "一致度：低。質問への答えになっているかご確認ください。"),
}
# Names of the parts of an answer.
LABELS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "closest": "Closest sections",
        "source": "Official source",
        "sources": "Official sources",
        "footnote": "Footnote {}",
        "link": "Link in the text",
        "japanese": "Japanese only",
        "page": "Page {}",
        "copy": "Copy quote with citation",
        "permalink": "Link to this passage",
        "cite": "Cite this passage",
        "skip": "Skip to the question box",
        "published": "Published {}",
        "as_of": "Content as of {}",
        "only": "Only in {}",
        "together": "Read together with",
        "alone": "Ask without it",
        "right": "Was this right?",
        "yes": "Yes",
        "no": "No",
        "kept": "Your vote and the question are kept for review, nothing about you.",
        "pages": "Pages",
        "content": "Skip to the content",
        "ask_page": "Ask a question",
        "search_page": "Search",
        "search_in": "Search in",
        "all": "All documents",
        "question": "Your question",
        "ask": "Ask",
        "whole": "Read the whole document",
        "in_document": "Read on in the document",
        "contents": "Contents",
        "notes": "Footnotes",
        "changed": "The words that this link was made for are no longer in the document. This is what stands here now.",
        "gone": "As of {}; this passage is no longer in the document.",
        "edition_of": "the edition of {}",
        "earlier": "an earlier edition",
        "now": "In the current edition:",
    },
    "ja": {
        "closest": "近いセクション",
        "source": "公式の情報源",
        "sources": "公式の情報源",
        "footnote": "脚注{}",
        "link": "本文中のリンク",
        "japanese": "日本語のみ",
        "page": "{}ページ",
        "copy": "引用と出典をコピー",
        "permalink": "この箇所へのリンク",
        "cite": "この箇所を引用する",
        "skip": "質問の入力欄へ",
        "published": "発行：{}",
        "as_of": "内容の基準日：{}",
        "only": "{}のみ",
        "together": "前の質問とあわせて検索：",
        "alone": "この質問だけで検索",
        "right": "この回答は適切でしたか？",
        "yes": "はい",
        "no": "いいえ",
        "kept": "投票と質問は確認のため保存されます。個人に関する情報は保存されません。",
        "pages": "ページ",
        "content": "本文へ",
        "ask_page": "質問する",
        "search_page": "検索",
        "search_in": "検索する文書",
        "all": "すべての文書",
        "question": "質問",
        "ask": "質問する",
        "whole": "文書の全文を読む",
        "in_document": "文書の中で続きを読む",
        "contents": "目次",
        "notes": "脚注",
        "changed": "リンクが作られたときの文言は、現在の文書にありません。現在この場所にある記載を表示しています。",
        "gone": "{}時点の記載です。この箇所は現在の文書にはありません。",
        "edition_of": "{}版",
        "earlier": "以前の版",
        "now": "現在の版では：",
    },
}


def language_of(question: str) -> str:
    """The language to answer in: "ja" or "en"."""
    return "ja" if is_japanese(question) else "en"


def sentence(error: QAError) -> str:
    """The message of an error as a sentence for a reader."""
    words = str(error).rstrip(".")
    return f"{words[:1].upper()}{words[1:]}."


def status_words(answer: Answer) -> dict[str, str]:
    """What to tell the reader before the passages, or instead of them: sentences by the language they are in."""
    if answer.status == "language_not_served":
        asked = "This document" if answer.only else "These documents"
        return {"en": f"{asked} can be asked in English for now.", "ja": "現在は英語の質問にのみ対応しています。"}
    language = language_of(answer.question)
    return {language: _found(answer, language) if answer.status == "answered" else _declined(answer, language)}


def _found(answer: Answer, language: str) -> str:
    count = len(answer.quotes)
    number = f"{count}件の記載。" if language == "ja" else f"{count} passage{'' if count == 1 else 's'}. "
    return number + MATCHES[language][(answer.confidence < STRONG) + (answer.confidence < PARTIAL)]


def _declined(answer: Answer, language: str) -> str:
    one, several = ASKED[language]
    asked = one.format(answer.only.title) if answer.only else several
    date = answer.document.content_as_of if answer.document else ""
    # Of a document without a date nothing is known to be too late.
    status = "not_in_document" if answer.status == "after_cutoff" and not date else answer.status
    sentences = SENTENCES[language]
    words = sentences[status].format(asked=asked, does="does" if answer.only else "do", date=date)
    example = answer.only.examples[:1] if answer.only and answer.status in ("small_talk", "not_a_question") else ()
    return (
        words
        + "".join(EXAMPLE[language].format(question) for question in example)
        + (sentences["nearest"] if answer.nearest else "")
    )
