"""The short way: a connection that sends answers and runs errands itself, where it can."""

import asyncio
from typing import Any, Final, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from hauberk.queries.web.connection import MOST_HEAD, Connection
from hauberk.queries.web.errand import Errand
from hauberk.queries.web.gate import Gate, Kept, Key, key_of

_END: Final = b"\r\n\r\n"
_VERSION: Final = b" HTTP/1.1\r\n"
_QUERY: Final = b"GET /sparql?"
_OF_ADDRESSES: Final = bytes(range(0x21, 0x7F)).replace(b"#", b"")
"""What an address as it is sent can consist of."""
_OF_BODIES: Final = frozenset({b"content-length", b"transfer-encoding", b"expect", b"upgrade"})


class _Answered:
    """What stands for a request's cycle when it was answered at once."""

    response_complete = True

    def __init__(self) -> None:
        self.message_event = self

    def set(self) -> None:
        """Wake nobody: nobody waits."""


_ANSWERED: Any = _Answered()


class Shortcut(Connection):
    """A connection that needs neither uvicorn nor the application for what is asked most.

    Answers that are kept are sent from here, and queries to the endpoint go from here to the pool:
    both take a fraction of the time that the long way takes. Whatever is out of the ordinary takes
    the long way, with the same answer.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Find what is kept."""
        super().connection_made(transport)
        self.gate = cast(Gate, self.config.app)
        self._piece = b""
        self._errand: Errand | None = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop what is still worked out for nobody."""
        if self._errand is not None:
            self._errand.stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Answer what was asked in the same bytes, or with the same headers, before; read the rest.

        Bytes that were one whole request are the same request again where one can begin.
        """
        begins = not self._in_message and self._free
        if begins and (
            (data in self.gate.verbatim.entries and self._send_again(data))
            or (data.startswith(_QUERY) and self._ask_again(data))
        ):
            return
        self._piece = data if begins else b""
        super().data_received(data)

    # -- Once the head is read -------------------------------------------------------

    def _is_taken(self) -> bool:
        return self._is_plain() and self._take_short_way()

    def _is_plain(self) -> bool:
        """Tell a request that can be answered from here: nothing before it, no body, no proxy."""
        return (
            self._free
            and self.parser.get_method() == b"GET"
            and self.parser.get_http_version() == "1.1"
            and self.parser.should_keep_alive()
            and not self.config.proxy_headers
            and self._unsent <= MOST_HEAD
            and not any(name in _OF_BODIES for name, _ in self.headers)
        )

    def _take_short_way(self) -> bool:
        """Send what is kept for a request, or put its query to the pool; tell whether it can be."""
        path, _, query = self.url.partition(b"?")
        if not path.isascii() or b"%" in path or b"#" in self.url:
            return False
        scope: Any = self.scope
        scope |= {"method": "GET", "path": path.decode(), "query_string": query}
        key = key_of(scope)
        if key is None:
            return False
        is_whole = self._piece.endswith(_END) and self._piece.count(_END) == 1
        kept = self.gate.found(key)
        if kept is not None:
            if is_whole:
                self.gate.keep_verbatim(self._piece, kept)
            self._answer_with(kept)
            return True
        if path != b"/sparql" or not query or self._is_crowded:
            return False
        if is_whole:
            self.gate.note_head(self._piece.partition(_VERSION)[2], key)
        self._run(key)
        return True

    @property
    def _is_crowded(self) -> bool:
        return self.limit_concurrency is not None and (
            len(self.connections) >= self.limit_concurrency
        )

    def _send_again(self, request: bytes) -> bool:
        """Send what was answered to the same bytes before; tell whether anything was."""
        kept = self.gate.found_verbatim(request)
        if kept is None:
            return False
        self._skip_head()
        self._answer_with(kept)
        return True

    def _ask_again(self, request: bytes) -> bool:
        """Put a query to the pool whose headers are known, all of them, from an earlier one."""
        line, _, headers = request.partition(_VERSION)
        known = self.gate.heads.get(headers)
        query = line[len(_QUERY) :]
        if known is None or not query or query.translate(None, _OF_ADDRESSES):
            return False
        if self._is_crowded or max(len(request), self._unsent) > MOST_HEAD:
            return False
        self._skip_head()
        key = Key("/sparql", query, known.accept, known.host, self.scheme or "")
        kept = self.gate.found(key)
        if kept is None:
            self._run(key)
        else:
            self.gate.keep_verbatim(request, kept)
            self._answer_with(kept)
        return True

    def _skip_head(self) -> None:
        if self._in_head:
            self._in_head = False
            self._stop_clock()

    def _answer_with(self, kept: Kept) -> None:
        self.cycle = _ANSWERED
        self._send(STATUS_LINE[200], kept.head, kept.body)
        self.gate.log_kept(kept, self.client[0] if self.client else "")
        self.on_response_complete()

    def _run(self, key: Key) -> None:
        client = self.client[0] if self.client else ""
        errand: Any = Errand(self.gate, client, key, self.send_answer)
        self._errand = self.cycle = errand
        errand.start()
