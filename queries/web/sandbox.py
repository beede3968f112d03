"""What a worker may not do: reach a network, start programs, take more memory than its share.

On Linux a seccomp filter makes the kernel refuse every way to a socket, after the query text has
been refused already; where the filter cannot be set, a network namespace without interfaces does
it. Other systems have the refusal of the text alone, and the server says so when it starts.
"""

import ctypes
import sys
from typing import Final

_NETWORK: Final = (
    "socket", "socketpair", "connect", "bind", "listen", "accept", "accept4", "sendto", "sendmsg",
    "sendmmsg", "recvmsg", "io_uring_setup", "io_uring_enter", "io_uring_register",
)  # fmt: skip
_PROGRAMS: Final = ("execve", "execveat", "ptrace", "process_vm_readv", "process_vm_writev", "bpf")
_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NO_NEW_PRIVS: Final = 38
_CLONE_NEWUSER: Final = 0x10000000
_CLONE_NEWNET: Final = 0x40000000
_SIGKILL: Final = 9


def enter(megabytes: int) -> str:
    """Give up what a query does not need; return the barrier set: seccomp, namespace or none."""
    _limit_memory(megabytes)
    if sys.platform != "linux":
        return "none"
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if _filter():
        return "seccomp"
    for flags in (_CLONE_NEWNET, _CLONE_NEWUSER | _CLONE_NEWNET):
        if libc.unshare(flags) == 0:
            return "namespace"
    return "none"


def _filter() -> bool:
    import errno

    try:
        import pyseccomp
    except (ImportError, OSError, RuntimeError):
        return False  # without libseccomp
    try:
        rules = pyseccomp.SyscallFilter(defaction=pyseccomp.ALLOW)
        for name in (*_NETWORK, *_PROGRAMS):
            rules.add_rule(pyseccomp.ERRNO(errno.EPERM), name)
        rules.load()
    except (OSError, RuntimeError, ValueError):
        return False
    return True


def _limit_memory(megabytes: int) -> None:
    """Set the kernel's limit, half as much again as the server's own, which is told politely."""
    try:
        import resource
    except ImportError:
        return  # no such limits on Windows; the server's watch remains
    most = megabytes * 3 // 2 * 1_000_000
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
