"""The nursery: a process that holds a worker's code ready, and forks a worker when it is asked.

A fork takes a few milliseconds, a new Python a quarter of a second: a server that has to kill one
worker after another loses nothing by it. Linux only; elsewhere workers are started one by one.

It is asked over a socket, standard input at first, that keeps messages apart. One byte with a file
descriptor s asks for a worker on them. It tells who is BORN and who ENDED.
"""

import gc
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

import msgspec

from hauberk.queries.web.frames import BORN, ENDED, FATE, Limits
from hauberk.queries.web.worker import answer_tasks


def main() -> None:
    """Fork workers until nobody can ask any more: `nursery <store> <limits as JSON>`.

    A request to stop that is meant for the server, such as Ctrl-C, stops neither the nursery nor
    its workers: they end with the server.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    store, limits = Path(sys.argv[1]), msgspec.json.decode(sys.argv[2], type=Limits)
    control = socket.socket(fileno=os.dup(0))
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    woken = _woken_by_ends()
    gc.collect()
    gc.freeze()  # what is here already is shared with the workers, and stays so
    gc.set_threshold(10_000, 20, 20)
    with suppress(BrokenPipeError, ConnectionResetError):
        while _serve(control, woken, store, limits):
            pass
    os._exit(0)  # the server is gone, and with this process go the workers


def _serve(control: socket.socket, woken: socket.socket, store: Path, limits: Limits) -> bool:
    """Do what is to be done next; tell whether anybody can ask still."""
    ready = select.select([control, woken], [], [])[0]
    if woken in ready:
        woken.recv(4096)
        _tell_ends(control)
    if control in ready:
        asked, given, _, _ = socket.recv_fds(control, 1, 2)
        if not asked:
            return False
        _bear(control, woken, given, store, limits)
    return True


def _bear(
    control: socket.socket, woken: socket.socket, given: list[int], store: Path, limits: Limits
) -> None:
    nursery = os.getpid()
    pid = os.fork()
    if pid:
        for descriptor in given:
            os.close(descriptor)
        control.send(FATE.pack(BORN, pid, 0))
        return
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        control.close()
        woken.close()
        stream, tasks = given
        answer_tasks(store, limits, stream, stream, tasks, parent=nursery)
    except BaseException:  # noqa: BLE001  (the nursery's own loop is not for the worker)
        sys.excepthook(*sys.exc_info())
        os._exit(1)
    os._exit(0)


def _woken_by_ends() -> socket.socket:
    """Return a socket that can be read whenever a child has ended."""
    woken, waking = socket.socketpair()
    waking.setblocking(False)
    signal.set_wakeup_fd(waking.detach())
    signal.signal(signal.SIGCHLD, lambda *_: None)
    return woken


def _tell_ends(control: socket.socket) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not pid:
            return
        control.send(FATE.pack(ENDED, pid, os.waitstatus_to_exitcode(status)))


if __name__ == "__main__":
    main()
