"""A port for a server that a test starts."""

from __future__ import annotations

import random
import socket

# Below those that Linux deals out to connections (32768 and up): none of these takes it before the server does.
RANGE = range(20_000, 32_000)


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    for port in random.SystemRandom().sample(RANGE, 100):
        with socket.socket() as one:
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"nothing is free between {RANGE.start} and {RANGE.stop}")
