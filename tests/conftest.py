"""What several test files share."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from warm import end_of, start_qa

from qa.answers import Assistant
from qa.encoder import SentenceEncoder
from qa.index import build_index, open_index, refresh_index
from qa.reading.corpus import read_document
from qa.settings import Settings
from qa.store import copy_index
from qa.types import Document

# Both cores may be busy with another process that starts.
expect.set_options(timeout=20_000)
# `qa`, with an eye on the network.
QA = (sys.executable, str(Path(__file__).parent / "watched.py"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that one core does not wait for the other in the end."""
    items.sort(key=lambda item: item.path.stem != "test_wheel")


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
    # What the checkout's index has embedded already keeps its vectors.
    copy_index(Settings().index, folder)
    refresh_index(Settings(corpus=corpus, index=folder), encoder)
    return folder


@pytest.fixture(scope="session")
def assistant(index_folder: Path, corpus: Path, encoder: SentenceEncoder) -> Assistant:
    settings = Settings(index=index_folder)
    return Assistant(open_index(corpus, index_folder, encoder), encoder, settings)


@pytest.fixture(scope="session")
def environment(index_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """For real `qa` processes: the real index, and a file that names every address off this machine they reach for."""
    reached = tmp_path_factory.mktemp("network") / "reached"
    reached.touch()
    yield {
        **os.environ,
        "QA_INDEX": str(index_folder),
        "REACHED": str(reached),
        "PYTHONUNBUFFERED": "1",
        "QA_RATE": "10000",
    }
    assert reached.read_text(encoding="utf-8") == ""


@pytest.fixture(scope="session")
def environment_of_two(
    environment: dict[str, str],
    index_folder: Path,
    corpus: Path,
    encoder: SentenceEncoder,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, str]:
    """The same over two documents: the factsheet and a by-law."""
    folder = tmp_path_factory.mktemp("two")
    shutil.copytree(index_folder, folder / "index")
    shutil.copytree(corpus / "hints", folder / "hints")
    for path in (*corpus.glob("factsheet-2025.*"), Path(__file__).parent / "data" / "shapes" / "bylaw.md"):
        shutil.copy(path, folder)
    build_index(folder, folder / "index", encoder)
    return {**environment, "QA_CORPUS": str(folder), "QA_INDEX": str(folder / "index")}


@pytest.fixture(scope="session")
def service(environment: dict[str, str]) -> Iterator[Served]:
    """The address of a real `qa serve`."""
    with serving(environment) as address:
        yield address


@pytest.fixture(scope="session")
def service_of_two(environment_of_two: dict[str, str]) -> Iterator[str]:
    """The address of a real `qa serve` over two documents."""
    with serving(environment_of_two) as address:
        yield address


class Served(str):
    """The address of a server, with the number of its process."""

    process: int


@contextmanager
def serving(environment: dict[str, str]) -> Iterator[Served]:
    """A real `qa serve`. In the end its log must tell of no fault."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        served = Served(f"http://127.0.0.1:{port}")
        served.process = start_qa("serve", "--port", str(port), env=environment, out=Path(folder) / "out", err=log)
        try:
            _wait_until_ready(served, log)
            yield served
        finally:
            os.kill(served.process, signal.SIGINT)
            code, said = end_of(served.process), log.read_text("utf-8")
            assert (code, "Traceback" in said) == (0, False), said


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium. On a build server a missing one is a failure, on a desk a skip that says so."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing: install it with the system's packages")
        pytest.skip("Chromium is missing: install it with the system's packages")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


def _wait_until_ready(address: str, log: Path) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{address}/healthz", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise RuntimeError(f"qa serve did not start: {log.read_text('utf-8')}")
