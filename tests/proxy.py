"""A small proxy before PostgreSQL that loses, holds back or delays what is said about a COMMIT."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from psycopg.conninfo import conninfo_to_dict

_COMMIT = b"Q\0\0\0\x0bCOMMIT\0"
_LONGEST = 60


@dataclass
class Proxy:
    """What stands between the program and its server, and meddles with COMMIT number `at`.

    The `way` is `swallow`: the server carries it out, and instead of the answer the line is cut;
    `hold`: the line is cut, and the server hears of it only when `release` is set; `delay`: the
    server hears of it when `release` is set, and all is well. When `shuts`, nobody is let in after
    that. `reached` is set when the COMMIT comes, and `done` when the server has answered it.
    """

    port: int
    server: dict[str, Any]
    way: str
    at: int = 1
    shuts: bool = False
    is_shut: bool = False
    seen: int = 0
    lines: list["_Line"] = field(default_factory=list)
    reached: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """The address under which the database is reached through this proxy."""
        place = f"{self.server['user']}@127.0.0.1:{self.port}/{self.server['dbname']}"
        return f"postgresql://{place}?sslmode=disable&gssencmode=disable"

    def serve(self, listening: socket.socket) -> None:
        """Let everybody through who comes."""
        with contextlib.suppress(OSError):
            while True:
                client, _ = listening.accept()
                if self.is_shut:
                    client.close()
                else:
                    self.lines.append(_Line(self, client, self._connected()))

    def _connected(self) -> socket.socket:
        host, port = str(self.server["host"]), int(self.server.get("port") or 5432)
        if not host.startswith("/"):
            return socket.create_connection((host, port))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{host}/.s.PGSQL.{port}")
        return server


class _Line:
    """One connection through a proxy: a thread for each direction."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy, self._client, self._server = proxy, client, server
        self._is_meddled = False
        self._running = threading.Thread(target=self._run, daemon=True)
        self._running.start()

    def end(self) -> None:
        """Let go of both ends."""
        for end in (self._client, self._server):
            self._cut(end)
        self._running.join()

    def _run(self) -> None:
        with self._client, self._server:
            answering = threading.Thread(target=self._answer, daemon=True)
            answering.start()
            self._ask()
            answering.join()

    def _ask(self) -> None:
        with contextlib.suppress(OSError):
            while data := self._client.recv(1 << 16):
                if data.endswith(_COMMIT):
                    self._note_commit()
                self._server.sendall(data)
        if not self._is_meddled:
            self._cut(self._server)

    def _note_commit(self) -> None:
        proxy = self._proxy
        proxy.seen += 1
        if proxy.seen != proxy.at:
            return
        self._is_meddled = True
        proxy.is_shut = proxy.shuts
        if proxy.way == "hold":
            self._cut(self._client)
        proxy.reached.set()
        if proxy.way != "swallow":
            proxy.release.wait(_LONGEST)

    def _answer(self) -> None:
        with contextlib.suppress(OSError):
            while data := self._server.recv(1 << 16):
                # Asked once: while this is sent on, the COMMIT itself may come.
                is_last = self._is_meddled
                if not is_last or self._proxy.way == "delay":
                    self._client.sendall(data)
                if is_last:
                    self._proxy.done.set()
                    if self._proxy.way != "delay":
                        break
        self._cut(self._server)
        self._cut(self._client)

    def _cut(self, end: socket.socket) -> None:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def before(url: str, way: str, *, at: int = 1, shuts: bool = False) -> Iterator[Proxy]:
    """Yield a proxy before the server of the database at `url`."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = dict(conninfo_to_dict(url))
        proxy = Proxy(listening.getsockname()[1], server, way, at=at, shuts=shuts)
        serving = threading.Thread(target=proxy.serve, args=(listening,), daemon=True)
        serving.start()
        try:
            yield proxy
        finally:
            proxy.release.set()
            listening.shutdown(socket.SHUT_RDWR)
            serving.join()
            for line in proxy.lines:
                line.end()
