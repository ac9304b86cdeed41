"""Requests as no ordinary client sends them: the bytes, and what came back."""

from __future__ import annotations

import json
import re
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from hypothesis import strategies as st

JSON = "Content-Type: application/json"
HTML = "Accept: text/html"
# Seconds within which everything is answered.
PATIENCE = 5
# Times to come again when there were too many requests at once.
AGAIN = 60

ODD = (
    "\0\r\n\t\x1b\x85\xa0\u0301\u200b\u202e\u2066\u2028\u3000\ufeff\uff1c\ufffe\ufdfa𠮷\U000e0041<>\"'&=/`{}$%#;:()[]-!"
)
# Half characters among all others.
any_text = st.text(st.characters() | st.sampled_from(ODD + "\ud800\udfff"), max_size=60)
whole_text = st.lists(
    st.sampled_from(["<b>", "</p>", "<script>", "<!--", '" onload="', "' onload='", "&lt;", "&#60;", "{{7*7}}"])
    | any_text.map(lambda text: text.encode("utf-8", "replace").decode("utf-8")),
    max_size=4,
).map("".join)
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=8,
)


@dataclass(frozen=True, slots=True)
class Reply:
    """All that came over one connection; `seconds` is how long it took until the server closed it.

    `reset` says that it was closed before all was read that was sent, which may take the end of the answer along.
    """

    raw: bytes
    seconds: float
    reset: bool

    @property
    def status(self) -> int:
        return int(self.raw.split(b" ", 2)[1])

    @property
    def headers(self) -> list[tuple[str, str]]:
        lines = self.raw.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        return [(name.lower(), value) for name, _, value in (line.partition(": ") for line in lines)]

    @property
    def body(self) -> bytes:
        return self.raw.partition(b"\r\n\r\n")[2]

    @property
    def statuses(self) -> list[int]:
        """Of all responses, where several requests were sent."""
        return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", self.raw)]


def request(method: str, target: str, *headers: str, body: bytes = b"") -> bytes:
    """The bytes of a request, after which the connection is to be closed. Text is sent as Latin-1."""
    length = [f"Content-Length: {len(body)}"] if body else []
    lines = [f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", "Connection: close", *length, *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def post(target: str, body: bytes | object, *headers: str) -> bytes:
    """The same with a JSON body."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return request("POST", target, JSON, *headers, body=sent)


def chunked(target: str, *chunks: bytes) -> bytes:
    """The same with a JSON body of unknown length."""
    pieces = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in (*chunks, b""))
    return request("POST", target, JSON, "Transfer-Encoding: chunked") + pieces


def send(address: str, data: bytes, patience: float = PATIENCE) -> Reply:
    """Send bytes as they are and read until the server closes. Who is told to come again comes again."""
    for _ in range(AGAIN):
        reply = _send(address, data, patience)
        if reply.statuses[:1] != [429]:
            break
        time.sleep(0.1)
    return reply


def connect(address: str) -> socket.socket:
    """A connection that waits no longer than a request may take."""
    parts = urlsplit(address)
    return socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE)


def memory_of(process: int) -> float:
    """Megabytes that a process has."""
    found = re.search(r"VmRSS:\s*(\d+) kB", Path(f"/proc/{process}/status").read_text())
    assert found
    return int(found[1]) / 1024


def _send(address: str, data: bytes, patience: float) -> Reply:
    started, received, reset = time.monotonic(), b"", False
    with connect(address) as connection:
        connection.settimeout(patience)
        try:
            connection.sendall(data)
        except (ConnectionResetError, BrokenPipeError):
            reset = True
        try:
            while piece := connection.recv(65536):
                received += piece
        except ConnectionResetError:
            reset = True
    return Reply(received, time.monotonic() - started, reset)


def _nested(times: int) -> bytes:
    return b'{"question": ' + b"[" * times + b"]" * times + b"}"


Q = '{"question": "drones"%s}'

# Texts that can be asked.
QUESTIONS = {
    "invisible": "\u200b" * 400,
    "bidi": "\u202e\u2066drones",
    "full width": "Ｗｈａｔ　ｌａｗｓ",
    "combining": "d" + "\u0301" * 400,
    "eighteen letters each": "\ufdfa" * 500,
    "NUL": "a\0b",
    "line breaks": "a\r\nSet-Cookie: x=1\r\n\r\n<script>",
    "no characters, and fillers": "\ufffe\uffff" + "\u3164" * 400,
    "quotes": '"a ' * 160,
    "hosts": "http://" + "a." * 240,
    "sections": "§1.1 " * 100,
    "notes": "note 1, " * 60,
    "articles": "第一条の二" * 100,
    "templates": "{{7*7}}${7*7}<%= 7*7 %>#{7*7}",
}

# Bodies for a question, with the status they are answered with.
BODIES: dict[str, tuple[bytes, int]] = {
    "nested deeply": (_nested(30_000), 400),
    "nested": (_nested(500), 422),
    "nested where nothing is read": ((Q % ', "x": []').replace("[]", "[" * 900 + "]" * 900).encode(), 200),
    "a number of 5,000 digits": ((Q % f', "k": {"9" * 5000}').encode(), 400),
    "k 1e9": ((Q % ', "k": 1e9').encode(), 422),
    "k -0": ((Q % ', "k": -0').encode(), 422),
    "k NaN": ((Q % ', "k": NaN').encode(), 422),
    "k []": ((Q % ', "k": []').encode(), 422),
    "NaN for a question": (b'{"question": NaN}', 422),
    "NaN in the history": ((Q % ', "history": [NaN]').encode(), 422),
    "a key twice": (b'{"question": 1, "question": "drones"}', 200),
    "many keys": (b"{%b}" % b",".join(b'"%d":1' % key for key in range(6000)), 422),
    "unknown keys": ((Q % ', "__proto__": {"k": 1}, "\\ud800": 1').encode(), 200),
    "UTF-16": ((Q % "").encode("utf-16"), 200),
    "Latin-1": ('{"question": "café"}'.encode("latin-1"), 400),
    "half a character, as bytes": (b'{"question": "\xed\xa0\x80"}', 422),
    "halves the wrong way round": (b'{"question": "\\ude00\\ud83d"}', 422),
    "half a character before": ((Q % ', "history": ["\\ud800"]').encode(), 200),
    "half a character for a document": ((Q % ', "document": "\\ud800"').encode(), 422),
    "NUL for a document": ((Q % ', "document": "\\u0000"').encode(), 422),
    "a long document": ((Q % f', "document": "{"a" * 60_000}"').encode(), 422),
    "a long history": (json.dumps({"question": "drones", "history": ["a" * 1200] * 50}).encode(), 200),
    "something after it": ((Q % "").encode() + b"x", 400),
    "a line break in a string": (b'{"question": "a\nb"}', 400),
}

PLACE = "factsheet-2025/1.3.5/2"
# Addresses read with GET, with their status.
TARGETS: dict[str, int] = {
    # Half characters and bytes that are no UTF-8 are replaced, like any browser does.
    "/api/search?q=%ED%A0%80": 200, "/search?q=%ED%A0%80": 200, "/search?q=%ff%fe": 200, "/search?q=%": 200,
    "/p/%ED%A0%80": 404, "/d/%ff": 404, "/api/passages/%ED%A0%80": 404, "/api/sections?document=%ED%A0%80": 422,
    "/p/%00": 404, "/d/factsheet-2025%00": 404, "/search?q=%00": 200, "/search?q=%0d%0aSet-Cookie:%20x=1": 200,
    "/p/a%0d%0aSet-Cookie:%20x=1": 404, "/d/%0d%0a": 404, "/p/": 404, "/d/": 404, "/api/passages/": 404, "/p/;": 404,
    "//": 404, "//evil.example/": 404, "/%2f": 404, "/.": 404, "/..": 404, "/;": 404, "http://evil.example/": 404,
    "/p/%2e%2e": 404, "/p/..%2f..%2fconfig": 404, "/static/img/%2e%2e/%2e%2e/config": 404, "/assets/..%5cx": 404,
    "/api//search?q=x": 404, "/api/search/?q=x": 404, "/api/search;x?q=x": 404, "/API/search?q=x": 404,
    "/api/%73earch?q=x": 200, "/api/search%3Fq=x": 404, "/api/search?q=x;k=1": 200, "/api/search?q": 422,
    "/api/search?q=a&q=b": 200, "/api/search?q=x&unknown[]=1": 200, "/api/search?q=x&document=": 422,
    "/api/search?q=x&k=1e9": 422, "/api/search?q=x&k=-0": 422, "/api/search?q=x&k=true": 422,
    "/api/search?q=x&k=[]": 422, "/api/search?q=x&k=%D9%A3": 422, "/api/search?q=x&k=%EF%BC%93": 422,
    "/search?q=x&k=1e9": 422, "/search?q=x&k=": 422, "/search?q=x&k=21": 422, "/search?q=x&document=%00": 422,
    f"/p/{PLACE}?at=0-99999999999&sha256=zz": 200, f"/p/{PLACE}?at=9-1&sha256={'0' * 12}": 200,
    f"/p/{PLACE}?sha256={'a' * 3000}": 200, f"/api/passages/{PLACE}?sha256={'a' * 65}": 422,
    f"/api/passages/{PLACE}?at=%ED%A0%80&sha256=%ED%A0%80": 200, "/p/x/1?at=%ED%A0%80&sha256=%ED%A0%80": 404,
    f"/api/passages/{PLACE}?format=xml": 422, f"/api/passages/{PLACE}?format=": 422,
    "/api/passages/factsheet-2025/1.3.5?format=text": 422,
    f"/api/{'a' * 20_000}": 404, f"/p/{'a/' * 20_000}": 404, f"/{'a' * 60_000}": 404,
    f"/api/search?q={quote('あ' * 5000)}": 422, f"/search?{'a&' * 5000}": 200, f"/api/search?q=x{'&k=1' * 5000}": 200,
}  # fmt: skip

# Headers that change nothing of the answer to a question.
HEADERS = {
    "forwarded": "X-Forwarded-For: " + "1.2.3.4, " * 2000,
    "forwarded elsewhere": "X-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: javascript\r\nForwarded: host=evil",
    "another address": "X-Original-URL: /metrics\r\nX-Rewrite-URL: /metrics\r\nX-HTTP-Method-Override: DELETE",
    "no origin": "Origin: null",
    "languages": "Accept-Language: " + "zz;q=0.1," * 5500,
    "odd languages": "Accept-Language: \x01\xff;;;",
    "ranges": "Range: bytes=" + ",".join(f"0-{end}" for end in range(3000)),
    "etags": "If-None-Match: " + '"a",' * 10_000,
    "cookies": "Cookie: " + "a=b; " * 10_000,
    "a token": "Authorization: Bearer \xff",
    "encodings": "Accept-Encoding: " + "gzip," * 5000,
    "a websocket": "Upgrade: websocket\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13",
    "many": "\r\n".join(f"X-{number}: y" for number in range(3000)),
}

HEAD = f"POST /api/search HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{JSON}\r\n"
MEGABYTES = b"a" * 5_000_000


def framed(lines: str, body: bytes = b'{"question": "drones"}') -> bytes:
    """A question whose end is told in these lines of the head."""
    return (HEAD + lines + "\r\n\r\n").encode("latin-1") + body


CHUNKED = "Transfer-Encoding: chunked"
# Requests of an odd shape, with their status.
FRAMES: dict[str, tuple[bytes, int]] = {
    "lengths that differ": (framed("Content-Length: 22\r\nContent-Length: 5"), 400),
    "a length with a sign": (framed("Content-Length: +22"), 400),
    "a length in other digits": (framed("Content-Length: \xb2"), 400),
    "a length of 5,000 digits": (framed(f"Content-Length: {'9' * 5000}"), 400),
    "two encodings": (framed("Transfer-Encoding: gzip, chunked", b"0\r\n\r\n"), 400),
    "chunked twice": (framed(f"{CHUNKED}\r\n{CHUNKED}", b"0\r\n\r\n"), 400),
    "a chunk of any size": (framed(CHUNKED, b"f" * 30 + b"\r\n"), 400),
    "chunks of one byte": (chunked("/api/search", *[b" "] * 20_000, b"{}"), 422),
    "more after the last chunk": (framed(CHUNKED, b"2\r\n{}\r\n0\r\nX-A: b\r\nContent-Length: 5\r\n\r\n"), 422),
    "100 kB": (framed("Content-Length: 100000", b"a" * 100_000), 413),
    "5 MB": (framed("Content-Length: 5000000", MEGABYTES), 413),
    "5 MB in chunks": (chunked("/api/search", *[b"a" * 10_000] * 500), 413),
    "5 MB with GET": (request("GET", "/api/search?q=drones", body=MEGABYTES), 413),
    "5 MB that wait to be asked for": (framed("Expect: 100-continue\r\nContent-Length: 5000000", b""), 413),
    "5 MB of a question": (request("GET", f"/search?q={'a' * 5_000_000}"), 400),
    "a long header": (request("GET", "/healthz", f"X: {'a' * 200_000}"), 400),
    "NUL in a header": (request("GET", "/healthz", "X: \0"), 400),
    "CR in a header": (request("GET", "/healthz", "X: a\rY: b"), 400),
    "two hosts": (request("GET", "/healthz", "Host: evil.example"), 400),
    "no host": (b"GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
    "bytes in the path": (request("GET", "/\xff"), 400),
    "a space in the path": (request("GET", "/search?q=a b"), 400),
    "a tab in the method": (request("G\tET", "/healthz"), 400),
    "no method there is": (request("A" * 3000, "/healthz"), 405),
    "another protocol": (b"\x16\x03\x01\x02\x00\x01" + b"\0" * 600 + b"\r\n\r\n", 400),
    "an old version": (b"GET /healthz HTTP/1.0\r\n\r\n", 200),
}

# Bodies that the chat page never sends.
PAGE_BODIES = (
    b"null",
    b'{"data": [], "fn_index": 0}',
    b'{"data": ["drones", [], null], "fn_index": 99}',
    b'{"data": NaN}',
    b'{"data": {}, "fn_index": 5}',
    b'{"data": {"a": 1, "b": 2, "": 3}, "fn_index": 0}',
    b'{"data": ["drones", [], "no document"], "fn_index": 0}',
)
# What paths are made of, for the guard.
PIECES = (
    *(
        "/",
        "/",
        "..",
        ".",
        "gradio_api",
        "file=",
        "run",
        "predict",
        "startup-events",
        "config",
        "p",
        "d",
        "api",
        "static",
    ),
    *("js", "mcp", "assets", "metrics", "search", "queue", "proxy=", "\\", "\0", ";", "%2e", "\n", "widget", "healthz"),
)
# What settings may be given.
VALUES = ("9" * 5000, "\u0663", "http://[", "http://a:b", "1.2.3.4/33", "::/0,", "*,*", "-0", "1e1", "on", "en,", "\0")
# What is no host.
HOSTS = (
    '"></script><script>alert(1)</script>',
    "user@evil.example",
    "evil.example/x?y#z",
    "evil.example:99999",
    "[evil.example",
    "evil example",
)
