"""The writer's lock: one process writes a store at a time, and the lock names it."""

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import portalocker

from hauberk.graph.errors import StoreError, StoreLockedError


@contextmanager
def writer_lock(path: Path, action: str) -> Iterator[None]:
    """Hold the lock file at *path* while *action* writes; the system frees it when a process dies.

    Raises StoreLockedError, naming the holder, where another process has it, and StoreError
    where the file cannot be written.
    """
    try:
        file = path.open("a+", encoding="utf-8")
    except OSError as exc:
        raise StoreError(f"cannot write {path}: {exc.strerror}") from exc
    with file:
        try:
            portalocker.lock(file, portalocker.LOCK_EX | portalocker.LOCK_NB)
        except portalocker.exceptions.LockException:
            holder = _holder(path)
            raise StoreLockedError(
                f"{path.parent}: {holder} is writing this store; wait for it to end, then try again"
            ) from None
        _sign(path, action)
        try:
            yield
        finally:
            portalocker.unlock(file)


def _sign(path: Path, action: str) -> None:
    """Write who holds the lock; a full disk must not stop a reader of the message, so try only."""
    since = datetime.now(UTC).isoformat(timespec="seconds")
    who = {"pid": os.getpid(), "host": socket.gethostname(), "action": action, "since": since}
    try:
        path.write_text(json.dumps(who), encoding="utf-8")
    except OSError as exc:
        raise StoreError(f"cannot write {path}: {exc.strerror}") from exc


def _holder(path: Path) -> str:
    try:
        who = json.loads(path.read_text(encoding="utf-8"))
        return f"process {who['pid']} on {who['host']} ({who['action']}, since {who['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
