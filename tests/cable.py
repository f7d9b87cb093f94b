"""A cable between browsers and a server: passes everything on until it is cut, and again once it is mended."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

CHUNK = 65536


class Cable:
    """Connections to `port` of its own go to `server`; those that are open when it is cut are lost for good."""

    def __init__(self, server: int) -> None:
        self._server, self._whole = server, True
        self._ends: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self._whole = False
        for end in self._ends:
            with suppress(OSError):  # closed by the other side already
                end.shutdown(socket.SHUT_RDWR)
        self._ends.clear()

    def mend(self) -> None:
        self._whole = True

    def _accept(self) -> None:
        with suppress(OSError):  # the listener was closed
            while True:
                self._join(self._listener.accept()[0])

    def _join(self, browser: socket.socket) -> None:
        if not self._whole:
            browser.close()
            return
        server = socket.create_connection(("127.0.0.1", self._server))
        self._ends += [browser, server]
        for source, target in ((browser, server), (server, browser)):
            Thread(target=_pass_on, args=(source, target), daemon=True).start()

    def close(self) -> None:
        self._listener.close()
        self.cut()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):  # cut
        while data := source.recv(CHUNK):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def cable(server: int) -> Iterator[Cable]:
    """To a server's port on this machine."""
    made = Cable(server)
    try:
        yield made
    finally:
        made.close()
