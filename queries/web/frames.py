"""What the server and its workers say to each other: one message after its length in four bytes."""

from typing import Any, Final

import msgspec

LENGTH: Final = 4
"""Bytes that hold a message's length, the greatest first."""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """Something to work out of the current generation, or of what was known *as_of* a day."""

    operation: str
    arguments: dict[str, Any] = {}
    as_of: str | None = None


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a task: a body of a format, or a problem."""

    generation: int = 0
    status: int = 200
    format: str = ""
    body: bytes = b""
    headers: dict[str, str] = {}
    lasting: bool = True
    """Whether the same task gives the same reply as long as the generation lasts."""
    title: str = ""
    detail: str = ""
    members: dict[str, Any] = {}
    spent: float = 0.0
    """Seconds the worker took."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one request may cost."""

    seconds: float = 30.0
    """From its arrival to its answer, time in the queue included."""
    megabytes: int = 1024
    """Memory of a worker."""
    rows: int = 200_000
    bytes: int = 64_000_000
    """Length of an answer."""
    queued: int = 100
    """Requests that wait for a worker, of all clients."""
    queued_each: int = 25
    """Requests that wait for a worker, of one client."""


_encoder: Final = msgspec.msgpack.Encoder()


def packed(message: Task | Reply) -> bytes:
    """Return a message as bytes."""
    return _encoder.encode(message)


def framed(message: bytes) -> bytes:
    """Return a packed message with its length before it."""
    return len(message).to_bytes(LENGTH, "big") + message
