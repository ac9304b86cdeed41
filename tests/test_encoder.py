"""The default model, and models that cannot be had."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import qa.encoder
from qa.encoder import DEFAULT_MODEL, SentenceEncoder
from qa.errors import ModelError


def test_rows_are_unit_and_mean_something(encoder: SentenceEncoder) -> None:
    texts = ["The law entered into force in June.", "The statute took effect that summer.", "Cats sleep all day."]
    vectors = encoder.encode(texts, "passage")
    assert vectors.shape == (3, encoder.dimension) == (3, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.3
    assert encoder.encode([], "passage").shape == (0, 384)


def test_the_limit_is_the_models(encoder: SentenceEncoder) -> None:
    assert encoder.limit == 254
    text = "word " * 254
    assert encoder.count(text) == 254
    longer = encoder.encode([text, text + "another thing entirely"], "passage")
    # What lies beyond the limit is not read.
    assert np.allclose(longer[0], longer[1], atol=1e-5)


def test_threads_may_share_it(encoder: SentenceEncoder) -> None:
    texts = [f"question number {i} " * (i % 7 + 1) for i in range(24)]
    alone = [encoder.encode([text], "query")[0] for text in texts]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda text: encoder.encode([text], "query")[0], texts))
    assert np.allclose(alone, together, atol=1e-5)


def test_a_folder_is_a_model(encoder: SentenceEncoder, tmp_path: Path) -> None:
    copy = shutil.copytree(encoder.folder, tmp_path / "copy")
    other = SentenceEncoder(str(copy))
    assert other.checksum == encoder.checksum
    assert np.allclose(other.encode(["same"], "query"), encoder.encode(["same"], "query"))
    (copy / "config_sentence_transformers.json").write_text("{}", encoding="utf-8")
    assert SentenceEncoder(str(copy)).checksum != encoder.checksum


def test_a_folder_that_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("nothing", encoding="utf-8")
    with pytest.raises(ModelError, match="is no sentence-transformers model") as caught:
        SentenceEncoder(str(tmp_path)).encode(["x"], "query")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["no-such-model", "nobody/no-such-model", "../nowhere", "a//b"])
def test_a_name_that_cannot_be_had(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match="cannot be had") as caught:
        SentenceEncoder(name).encode(["x"], "query")
    assert "\n" not in str(caught.value)


def test_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qa.encoder, "DEFAULT_WEIGHTS_SHA256", "0" * 64)
    with pytest.raises(ModelError, match="SHA-256 53aa51172d14"):
        qa.encoder.find_model(DEFAULT_MODEL)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qa.encoder, "DEFAULT_PACKAGE", "gt_no_such_package")
    with pytest.raises(ModelError, match="pip install gt-no-such-package"):
        qa.encoder.find_model(DEFAULT_MODEL)
