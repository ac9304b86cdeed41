"""The service in public: behind nginx with the configuration that is shipped, reloaded, rolled back and stopped."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from conftest import Served, serving
from playwright.sync_api import Browser, expect
from warm import run_qa

from qa.encoder import SentenceEncoder
from qa.index import refresh_index
from qa.intake import draft_missing
from qa.settings import Settings

DEPLOY = Path(__file__).parents[1] / "docs" / "deploy"
TOKEN = "0123456789abcdef"
QUESTION = "How many Japanese companies have submitted responses to the reporting framework?"
PRINTED = "including nine Japanese companies"
BYLAW_QUESTION = "When does an offer of a plot lapse?"
BYLAW_PRINTED, BYLAW_EDITED = "14 days lapses", "21 days lapses"
# What an administrator has around the file that is shipped.
AROUND = """
{user}
pid {folder}/nginx.pid;
error_log {folder}/start.log;
daemon off;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/qa.conf;
}}
"""


@pytest.fixture(scope="module")
def public(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Public]:
    """A service below /qa/, that few may ask at once, and nginx before it."""
    folder = tmp_path_factory.mktemp("below")
    port = free_port()
    settings = {
        "QA_URL": f"https://localhost:{port}/qa",
        "QA_PROXIES": "127.0.0.1",
        "QA_RATE": "60",
        "QA_WAITING": "2",
        "QA_METRICS_TOKEN": TOKEN,
    }
    for program in ("nginx", "openssl"):
        needed(program)
    with serving({**environment, **settings}) as inner, proxied(folder, port, inner, "/qa/"):
        yield Public(f"https://localhost:{port}/qa", inner, folder)


@pytest.fixture(scope="module")
def alone(
    environment: dict[str, str], encoder: SentenceEncoder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Alone]:
    """A service at the root over a short document, which may change."""
    folder = tmp_path_factory.mktemp("alone")
    corpus, index, port = folder / "corpus", folder / "index", free_port()
    corpus.mkdir()
    shutil.copy(Path(__file__).parent / "data" / "shapes" / "bylaw.md", corpus)
    draft_missing(corpus, Settings().pdf_limits)
    refresh_index(Settings(corpus=corpus, index=index), encoder)
    chosen = {
        **environment,
        "QA_CORPUS": str(corpus),
        "QA_INDEX": str(index),
        "QA_URL": f"https://localhost:{port}",
        "QA_PROXIES": "127.0.0.1",
    }
    with serving(chosen) as address:
        yield Alone(address, chosen, folder, port)


def test_a_person_asks_and_reads_below_a_path(browser: Browser, public: Public) -> None:
    read_through(browser, public.address, "factsheet-2025", QUESTION, PRINTED)


def test_programs_and_pages_without_scripts_are_served_below_a_path(public: Public) -> None:
    with public.client() as client:
        assert QUESTION in client.get("search", params={"q": QUESTION}).text
        assert 'href="/qa/search' in client.get("d/factsheet-2025").text
        answer = client.get("api/search", params={"q": QUESTION}).json()
        assert PRINTED in answer["results"][0]["text"]
        lasting = client.get("api/widget").json()["address"]
        for path in ("widget.js", lasting.removeprefix("/")):
            widget = client.get(path)
            assert (widget.status_code, widget.headers["access-control-allow-origin"]) == (200, "*")
            assert widget.headers["content-encoding"] == "gzip"
        assert client.get("nothing").json()["error"]["code"] == "not_found"


def test_an_address_is_limited_by_itself_whatever_it_says_of_itself(public: Public) -> None:
    with public.client("127.0.0.2") as greedy, public.client("127.0.0.3") as other:
        replies = []
        for number in range(60):
            forged = f"198.51.100.{number}"
            headers = {"X-Forwarded-For": forged, "Forwarded": f"for={forged}", "X-Real-IP": forged}
            replies.append(greedy.get("api/search", params={"q": QUESTION}, headers=headers))
        refused = [reply for reply in replies if reply.status_code == 429]
        assert len(refused) >= 10
        assert refused[0].json()["error"]["code"] == "too_many"
        assert int(refused[0].headers["retry-after"]) >= 1
        assert other.get("api/search", params={"q": QUESTION}).status_code == 200


def test_who_asks_too_much_at_once_is_told_to_come_again(public: Public) -> None:
    with public.client("127.0.0.4") as client, ThreadPoolExecutor(12) as pool:
        asked = [f"Which law regulates the drones of kind {number}?" for number in range(24)]
        replies = list(pool.map(lambda question: client.get("api/search", params={"q": question}), asked))
    busy = [reply for reply in replies if reply.status_code == 503]
    assert {reply.status_code for reply in replies} == {200, 503}
    assert busy[0].json()["error"]["code"] == "busy"
    assert busy[0].headers["retry-after"] == "2"


def test_a_large_body_is_refused_by_the_service_and_a_huge_one_before_it(public: Public) -> None:
    with public.client() as client:
        assert client.post("api/search", content=b"x" * 70_000).json()["error"]["code"] == "body_too_large"
        assert client.post("api/search", content=b"x" * 100_000).headers["server"].startswith("nginx")
        assert client.post("api/search", content=b"x" * 100_000).status_code == 413


def test_figures_are_read_on_this_machine_only(public: Public) -> None:
    knows = {"Authorization": f"Bearer {TOKEN}"}
    assert "qa_requests_total" in httpx.get(f"{public.inner}/metrics", headers=knows, trust_env=False).text
    assert httpx.get(f"{public.inner}/metrics", trust_env=False).status_code == 404
    with public.client() as client:
        assert client.get("metrics", headers=knows).status_code == 404


def test_neither_log_nor_cache_holds_what_people_ask_or_who_they_are(public: Public) -> None:
    with public.client("127.0.0.5") as client:
        client.get("api/search", params={"q": "Who secretly boils eggs?"})
        client.get("p/factsheet-2025/1.3.5/2")
        client.get("widget.js")
        client.get("search", params={"q": "eggs"}, headers={"X-Long": "x" * 60_000})
    logs = "".join(path.read_text(encoding="utf-8") for path in public.folder.glob("*.log"))
    assert re.search(r"^\S+ GET 200 [0-9]+ ", logs, re.MULTILINE)
    for word in ("eggs", "api/", "1.3.5", "127.0.0.5"):
        assert word not in logs
    kept = [path.read_bytes() for path in (public.folder / "cache").rglob("*") if path.is_file()]
    keys = [re.findall(rb"^KEY: .*", file, re.MULTILINE)[0] for file in kept]
    assert any(key.endswith(b"/widget.js") for key in keys)
    assert not any(b"?" in key or b"/api/" in key for key in keys)


def test_a_person_asks_and_reads_at_the_root(browser: Browser, alone: Alone, tmp_path: Path) -> None:
    for program in ("nginx", "openssl"):
        needed(program)
    with proxied(tmp_path, alone.port, alone.address, "/"):
        read_through(browser, f"https://localhost:{alone.port}", "bylaw", BYLAW_QUESTION, BYLAW_PRINTED)


def test_a_changed_corpus_takes_over_and_goes_back_without_a_failed_request(alone: Alone) -> None:
    text, facts = (alone.folder / "corpus" / f"bylaw.{ending}" for ending in ("md", "toml"))
    before = {path: path.read_bytes() for path in (text, facts)}
    with asking(alone.address) as said:
        first = wait_for(alone.address, BYLAW_PRINTED)
        text.write_bytes(before[text].replace(BYLAW_PRINTED.encode(), BYLAW_EDITED.encode()))
        facts.write_bytes(re.sub(rb"sha256.*\n", b"", before[facts]))
        build = alone.build_in_use()
        alone.index_and_reload()
        changed = wait_for(alone.address, BYLAW_EDITED)
        assert alone.build_in_use() != build
        for path, content in before.items():
            path.write_bytes(content)
        alone.index_and_reload()
        assert wait_for(alone.address, BYLAW_PRINTED) == first != changed
        # The same files again, not made anew.
        assert alone.build_in_use() == build
    assert set(said) == {200}
    assert said.total() >= 60


def test_an_index_that_cannot_be_used_leaves_the_one_that_is_served(alone: Alone) -> None:
    manifest = alone.folder / "index" / "manifest.json"
    whole = manifest.read_bytes()
    manifest.write_bytes(b"{")
    try:
        os.kill(alone.address.process, signal.SIGHUP)
        with asking(alone.address) as said:
            time.sleep(1)
    finally:
        manifest.write_bytes(whole)
    assert set(said) == {200}


def test_a_request_that_is_open_is_answered_before_the_end(alone: Alone) -> None:
    host, port = alone.address.removeprefix("http://").split(":")
    body = json.dumps({"question": BYLAW_QUESTION}).encode()
    head = f"POST /api/search HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
    process = alone.address.process
    with socket.create_connection((host, int(port)), 20) as connection:
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[:10])
        time.sleep(0.3)
        os.kill(process, signal.SIGTERM)
        while not refuses(host, int(port)):
            time.sleep(0.05)
        connection.sendall(body[10:])
        reply = b"".join(iter(lambda: connection.recv(65536), b""))
    assert reply.startswith(b"HTTP/1.1 200 ")
    assert BYLAW_PRINTED.encode() in reply


class Public:
    """A service, its address from outside and on this machine, and nginx's folder."""

    def __init__(self, address: str, inner: str, folder: Path) -> None:
        self.address, self.inner, self.folder = address, inner, folder

    def client(self, source: str = "127.0.0.1") -> httpx.Client:
        """One that asks from this address; the certificate is of the test's own making."""
        transport = httpx.HTTPTransport(verify=False, local_address=source)
        return httpx.Client(base_url=f"{self.address}/", transport=transport, trust_env=False, timeout=30)


class Alone:
    """A service, and the files that it serves."""

    def __init__(self, address: Served, environment: dict[str, str], folder: Path, port: int) -> None:
        self.address, self.environment, self.folder, self.port = address, environment, folder, port

    def build_in_use(self) -> str:
        """The name of its folder."""
        return str(json.loads((self.folder / "index" / "manifest.json").read_bytes())["build"])

    def index_and_reload(self) -> None:
        """What `systemctl reload qa` does."""
        assert run_qa("index", env=self.environment).returncode == 0
        os.kill(self.address.process, signal.SIGHUP)


@contextmanager
def proxied(folder: Path, port: int, inner: str, below: str) -> Iterator[None]:
    """A real nginx with the shipped file, but for ports and places."""
    certificate = ["-keyout", f"{folder}/key", "-out", f"{folder}/certificate", "-subj", "/CN=localhost", "-days", "1"]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", *certificate], check=True, capture_output=True
    )
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    for shipped, here in {
        "127.0.0.1:7860": inner.removeprefix("http://"),
        "listen 80;": f"listen 127.0.0.1:{free_port()};",
        "listen 443 ": f"listen 127.0.0.1:{port} ",
        "server_name www.example.org;": "server_name localhost;",
        "/etc/ssl/www.example.org.pem": f"{folder}/certificate",
        "/etc/ssl/www.example.org.key": f"{folder}/key",
        "/var/cache/nginx-qa": f"{folder}/cache",
        "/var/log/nginx/": f"{folder}/",
    }.items():
        assert shipped in text
        text = text.replace(shipped, here)
    if below == "/":
        text = re.sub(r"    location = /qa \{.*?\}\n", "", text, flags=re.DOTALL).replace("/qa/ {", "/ {")
        text = re.sub("(location (?:= )?)/qa/", r"\1/", text).replace("location /qa/widget", "location /widget")
    (folder / "qa.conf").write_text(text, encoding="utf-8")
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user), encoding="utf-8")
    command = [needed("nginx"), "-c", str(folder / "nginx.conf"), "-p", str(folder)]
    tested = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert "[emerg]" not in tested.stderr
    assert tested.returncode == 0, tested.stderr
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        while refuses("127.0.0.1", port):
            assert process.poll() is None, (folder / "start.log").read_text(encoding="utf-8")
            time.sleep(0.05)
        yield
        process.send_signal(signal.SIGQUIT)
        assert process.wait(40) == 0


@contextmanager
def asking(address: str) -> Iterator[Counter[int]]:
    """Ask and read all the time, in two threads; counts the statuses, 0 for a request that broke."""
    said: Counter[int] = Counter()
    done = threading.Event()

    def ask(paths: tuple[str, ...]) -> None:
        with httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
            while not done.is_set():
                for path in paths:
                    try:
                        said[client.get(path, params={"q": BYLAW_QUESTION}).status_code] += 1
                    except httpx.TransportError:
                        said[0] += 1
                    time.sleep(0.02)

    with ThreadPoolExecutor(2) as pool, ExitStack() as end:
        end.callback(done.set)
        asked = [pool.submit(ask, ("/api/search", "/search", "/healthz", "/d/bylaw")) for _ in range(4)]
        yield said
        done.set()
        for one in asked:
            one.result()


def wait_for(address: str, words: str) -> str:
    """The document, as soon as it has these words."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        text = httpx.get(f"{address}/d/bylaw", trust_env=False, timeout=30).text
        if words in text:
            return text
        time.sleep(0.1)
    raise AssertionError(f"{words!r} is not served")


def read_through(browser: Browser, address: str, document: str, question: str, words: str) -> None:
    """Ask on the chat page, follow the permalink, read on; nothing may be asked of another address."""
    context = browser.new_context(ignore_https_errors=True)
    said: list[str] = []

    context.on("console", lambda message: said.append(f"{message.text} {message.location}"))
    context.on("request", lambda one: said.append(one.url) if not one.url.startswith((address, "data:")) else None)
    context.on("response", lambda one: said.append(f"{one.status} {one.url}") if one.status >= 400 else None)
    page = context.new_page()
    page.goto(f"{address}/")
    page.get_by_label("Your question").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.locator(".qa-text").first).to_contain_text(words)
    with page.expect_popup() as opened:
        page.locator(".qa-permalink").first.click()
    expect(opened.value.locator("blockquote")).to_contain_text(words)
    for link in (f"/d/{document}", "/search"):
        opened.value.goto(f"{address}{link}")
        expect(opened.value.locator("h1").first).to_be_visible()
    opened.value.locator("input[name=q]").fill(question)
    opened.value.locator("input[name=q]").press("Enter")
    expect(opened.value.locator("blockquote").first).to_contain_text(words)
    context.close()
    assert said == []


def needed(program: str) -> str:
    """The path of one of the system's programs. On a build server a missing one is a failure, on a desk a skip."""
    found = shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin")
    if found:
        return found
    sentence = f"{program} is missing: install it with the system's packages"
    if os.environ.get("CI"):
        pytest.fail(sentence)
    pytest.skip(sentence)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def refuses(host: str, port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) != 0
