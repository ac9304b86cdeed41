"""`qa`, refused every connection and look-up off this machine; each attempt is written to the file $REACHED."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from qa.cli import main

HERE = ("127.", "::1", "localhost", "0.0.0.0")


def watch(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook: sockets of this process may only reach this machine."""
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else "localhost"
    elif event == "socket.getaddrinfo":
        host = arguments[0] or "localhost"
    else:
        return
    name = host.decode() if isinstance(host, bytes) else str(host)
    if not name.startswith(HERE):
        with Path(os.environ["REACHED"]).open("a", encoding="utf-8") as file:
            file.write(f"{event} {name}\n")
        raise ConnectionRefusedError(name)


def begin() -> None:
    """From here on this process is watched."""
    sys.addaudithook(watch)


if __name__ == "__main__":
    begin()
    main()
