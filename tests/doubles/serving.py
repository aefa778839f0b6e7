"""An ASGI application on a free port in a thread of its own."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol


class _Quiet(H11Protocol):
    """Writes no access log, and leaves the logging of the process as it is: a test may be looking at it."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.access_log = False


class Server(uvicorn.Server):
    """Tells when it is ready and when it is about to stop, so that whoever waits inside a request can be let go."""

    def __init__(self, app: Any, host: str = "127.0.0.1", port: int = 0, stopping: Callable[[], None] = lambda: None) -> None:
        super().__init__(uvicorn.Config(app, host, port, http=_Quiet, ws="none", log_config=None, timeout_graceful_shutdown=5))
        self.ready = threading.Event()
        self._stopping = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stopping()
        await super().shutdown(sockets)


@contextmanager
def serving(app: Any, port: int = 0, stopping: Callable[[], None] = lambda: None) -> Iterator[str]:
    """Yields the address, ``http://127.0.0.1:PORT``; returns when the server and its thread have ended."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    server = Server(app, stopping=stopping)
    failure: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(server.serve([listener]))
        except BaseException as error:  # SystemExit too: whoever waits for this server has to hear of it
            failure.append(error)
        finally:
            server.ready.set()

    thread = threading.Thread(target=run, name="server", daemon=True)
    thread.start()
    try:
        server.ready.wait(20)
        if failure or not server.started:
            raise RuntimeError("the server did not start") from (failure[0] if failure else None)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()
    assert not thread.is_alive(), "the server did not stop"


def free_port() -> int:
    """A port nobody listens on now, for a server that is started again and again."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
