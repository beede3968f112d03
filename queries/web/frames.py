"""What the server and its workers say to each other: one message after its length in four bytes."""

import struct
from collections.abc import Iterator
from typing import Any, Final

import msgspec

LENGTH: Final = 4
"""Bytes that hold a message's length, the greatest first."""

BY_STREAM: Final = b"+"
"""What stands for a task that is not small: it comes by the stream."""
SMALL: Final = 16_384
"""Bytes of a task that is small: several of them fit what the kernel keeps of a socket's."""
FATE: Final = struct.Struct("=Bii")
"""What a nursery tells: BORN or ENDED, which process, and what it ended with."""
BORN: Final = 1
ENDED: Final = 2


class Task(msgspec.Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """Something to work out of the current generation, or of what was known *as_of* a day."""

    operation: str
    arguments: dict[str, Any] = {}
    as_of: str | None = None


class Reply(msgspec.Struct, frozen=True, kw_only=True, gc=False, array_like=True):
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


def framed_in_place(message: Task | Reply) -> bytearray:
    """Return a message with its length before it; nothing of it is copied twice."""
    written = bytearray(LENGTH)
    _encoder.encode_into(message, written, LENGTH)
    written[:LENGTH] = (len(written) - LENGTH).to_bytes(LENGTH, "big")
    return written


def framed(message: bytes) -> bytes:
    """Return a packed message with its length before it."""
    return len(message).to_bytes(LENGTH, "big") + message


class Inbox:
    """Messages put together from the pieces in which they arrive."""

    def __init__(self) -> None:
        self._received = bytearray()

    def messages(self, piece: bytes) -> Iterator[bytes | memoryview]:
        """Yield the messages, packed, that are whole now that a piece has come."""
        if not self._received and len(piece) >= LENGTH:
            length = int.from_bytes(piece[:LENGTH], "big")
            if len(piece) == LENGTH + length:  # as it nearly always comes
                yield memoryview(piece)[LENGTH:]
                return
        self._received += piece
        while len(self._received) >= LENGTH:
            end = LENGTH + int.from_bytes(self._received[:LENGTH], "big")
            if len(self._received) < end:
                return
            message = bytes(memoryview(self._received)[LENGTH:end])
            del self._received[:end]
            yield message
