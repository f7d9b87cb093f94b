"""What a websocket may take of the server: uvicorn asks nobody how large messages may be, or how hard to compress.

Its own protocol holds up to 32 messages of a megabyte for each page that sends faster than it is read, keeps 280 kB a
page for compression, and takes six times as long for a whole view: where all pages get one at the same moment, that is
time in which no market on this server goes on.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from uvicorn.protocols.websockets import websockets_impl  # type: ignore[import-untyped]
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory

# a longer message ends the connection; what may be sent is shorter still, and refused in words where it is not
LARGEST_BYTES = 65_536
# messages of a page that wait to be read
LONGEST_QUEUE = 8
WINDOW_BITS = 12
DEFLATE = partial(
    ServerPerMessageDeflateFactory,
    server_max_window_bits=WINDOW_BITS,
    client_max_window_bits=WINDOW_BITS,
    compress_settings={"level": 1, "memLevel": 5},
)


class Modest(websockets_impl.WebSocketProtocol):
    """Uvicorn's protocol with limits."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.max_size, self.max_queue = LARGEST_BYTES, LONGEST_QUEUE
        self.available_extensions = [DEFLATE()]


# uvicorn looks here when it starts, after apps were imported
websockets_impl.WebSocketProtocol = Modest
