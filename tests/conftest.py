"""What several test files share."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from qa.answers import Assistant
from qa.encoder import SentenceEncoder
from qa.index import build_index, open_index
from qa.reading.corpus import read_document
from qa.settings import Settings
from qa.types import Document


@pytest.fixture(scope="session")
def corpus() -> Path:
    return Path(__file__).parents[1] / "corpus"


@pytest.fixture(scope="session")
def factsheet(corpus: Path) -> Document:
    return read_document(corpus / "factsheet-2025.md")


@pytest.fixture(scope="session")
def encoder() -> SentenceEncoder:
    """The real default model, loaded once."""
    return SentenceEncoder(Settings().model)


@pytest.fixture(scope="session")
def index_folder(tmp_path_factory: pytest.TempPathFactory, corpus: Path, encoder: SentenceEncoder) -> Path:
    """A real index of the corpus."""
    folder = tmp_path_factory.mktemp("index")
    build_index(corpus, folder, encoder)
    return folder


@pytest.fixture(scope="session")
def assistant(index_folder: Path, corpus: Path, encoder: SentenceEncoder) -> Assistant:
    settings = Settings(index=index_folder)
    return Assistant(open_index(corpus, index_folder, encoder), encoder, settings)


@pytest.fixture(scope="session")
def environment(index_folder: Path) -> dict[str, str]:
    """For processes that use the real index. Whatever network there is, they must not need it."""
    return {**os.environ, "QA_INDEX": str(index_folder), "HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": ""}


@pytest.fixture(scope="session")
def service(environment: dict[str, str]) -> Iterator[str]:
    """The address of a real `qa serve`."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "qa.cli", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_until_ready(address, process)
            yield address
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)


def _wait_until_ready(address: str, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{address}/healthz", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    process.kill()
    raise RuntimeError(f"qa serve did not start: {process.communicate()[1]}")
