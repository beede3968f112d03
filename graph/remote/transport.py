"""Requests to a service through SPARQLWrapper: bounded, tried again, never redirected.

What comes back is a whole answer or an error that says what is wrong and what to do.
"""

import http.client
import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import Any, Final

from SPARQLWrapper import JSON, N3, POST, SPARQLWrapper

from hauberk.graph.errors import CutOffError, QueryError, RemoteError
from hauberk.graph.remote.address import Address, Login

TRIES: Final = 4
LONGEST_WAIT: Final = 60.0
"""Seconds that a service can ask to wait before the next try; past them, the error tells."""
MOST_BYTES: Final = 512 * 1024 * 1024
_CHUNK: Final = 64 * 1024
_BUSY: Final = frozenset({429, 502, 503, 504})
_RDF: Final = "text/turtle, application/n-triples;q=0.9, application/rdf+xml;q=0.5"
_TURTLE: Final = frozenset({"CONSTRUCT", "DESCRIBE"})


@dataclass(frozen=True, slots=True)
class Answered:
    """A whole answer: its media type, what its headers say, its bytes."""

    media_type: str
    headers: Message
    body: bytes


class _Request(SPARQLWrapper):
    """SPARQLWrapper told the form of what is asked, which it would guess from any word of it."""

    def __init__(self, where: Address, form: str, text: str) -> None:
        self.form = form
        super().__init__(
            where.query, where.update, returnFormat=N3 if form in _TURTLE else JSON,
            agent=f"hauberk/{version('hauberk')}",
        )  # fmt: skip
        self.setOnlyConneg(True)
        self.setMethod(POST)
        self.setQuery(text)

    def _parseQueryType(self, query: str) -> str:  # noqa: N802
        return self.form

    def made(self) -> urllib.request.Request:
        """Return the HTTP request."""
        request: urllib.request.Request = self._createRequest()
        if self.form in _TURTLE:
            request.add_header("Accept", _RDF)
        return request


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Redirects are errors: what is sent, and the login with it, goes nowhere else."""

    def redirect_request(self, *_: Any) -> None:  # noqa: ANN401
        return None


class Transport:
    """How a service is reached: one request after another, each with its time limit."""

    def __init__(self, where: Address, login: Login | None, seconds: float) -> None:
        self.where = where
        self.login = login
        self.seconds = seconds
        self.opener = urllib.request.build_opener(_NoRedirect)
        self.is_basic = True
        keys = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        if login and login.user:
            for url in (where.query, where.update):
                keys.add_password(None, url, login.user, login.password)
            self.opener.add_handler(urllib.request.HTTPDigestAuthHandler(keys))

    def send(self, form: str, text: str, **parameters: str) -> Answered:
        """Return the answer to a query or update of that *form*: SELECT, CONSTRUCT, INSERT ...

        A service that is busy, or cannot be reached, is asked again up to three times: all that
        is sent can be sent twice. Raises QueryError for what it takes for no SPARQL, RemoteError
        for anything else that is no whole answer.
        """
        request = _Request(self.where, form, text)
        for name, value in parameters.items():
            request.addParameter(name.replace("_", "-"), value)
        for attempt in range(1, TRIES + 1):
            try:
                return self._once(request.made())
            except _TryAgain as exc:
                wait = exc.after if exc.after is not None else 0.5 * 2 ** (attempt - 1)
                if attempt == TRIES or wait > LONGEST_WAIT:
                    raise RemoteError(f"{self.where.shown}: {exc}; try again later") from None
                time.sleep(wait)
        raise AssertionError

    def _once(self, request: urllib.request.Request) -> Answered:
        if self.login and self.is_basic:
            # Unredirected: urllib itself would carry other headers to another host.
            request.add_unredirected_header("Authorization", self.login.header)
        else:
            request.unredirected_hdrs.pop("Authorization", None)
        deadline = time.monotonic() + self.seconds
        try:
            with self.opener.open(request, timeout=self.seconds) as response:
                body = self._read(response, deadline)
                kind = response.headers.get_content_type()
                return Answered(kind, response.headers, body)
        except urllib.error.HTTPError as exc:
            with exc:
                if exc.code == 401 and self._may_be_digest():  # noqa: PLR2004
                    return self._once(request)
                self._refuse(exc)
            raise
        except TimeoutError:
            raise self._too_slow() from None
        except urllib.error.URLError as exc:
            if isinstance(exc.reason, TimeoutError):
                raise self._too_slow() from None
            raise self._unreachable(exc.reason) from None
        except (http.client.HTTPException, OSError) as exc:
            raise self._unreachable(exc) from None
        except ValueError:  # urllib's, at a challenge that it does not know
            raise RemoteError(f"{self.where.shown}: asks for a login of an unknown kind") from None

    def _may_be_digest(self) -> bool:
        """Drop Basic authentication, once: Virtuoso challenges only those who do not try it."""
        was_basic = self.is_basic and self.login is not None and bool(self.login.user)
        self.is_basic = self.is_basic and not was_basic
        return was_basic

    def _read(self, response: http.client.HTTPResponse, deadline: float) -> bytes:
        parts: list[bytes] = []
        size = 0
        while part := response.read1(_CHUNK):
            size += len(part)
            if size > MOST_BYTES:
                most = MOST_BYTES // 2**20
                raise RemoteError(f"{self.where.shown}: an answer of over {most} MB; ask for less")
            if time.monotonic() > deadline:
                raise self._too_slow()
            parts.append(part)
        told = response.headers.get("Content-Length", "")
        if told.isdigit() and int(told) != size:  # http.client leaves that to its callers
            raise ConnectionResetError("the answer was cut off")
        return b"".join(parts)

    def _too_slow(self) -> RemoteError:
        return RemoteError(
            f"{self.where.shown}: no whole answer within {self.seconds:g} s;"
            " ask for less, or set HAUBERK_TIMEOUT to more seconds"
        )

    def _unreachable(self, reason: object) -> Exception:
        text = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
        if isinstance(reason, ConnectionError | http.client.HTTPException):
            return _TryAgain(f"cannot be reached: {text}")
        return RemoteError(f"{self.where.shown}: cannot be reached: {text}; check the address")

    def _refuse(self, exc: urllib.error.HTTPError) -> None:
        """Raise what an HTTP error status means."""
        where, code = self.where.shown, exc.code
        said = self._said(exc)
        if code in _BUSY and not _is_limit(exc, said):
            raise _TryAgain(f"answered {code}{_after(said.text)}", _retry_after(exc.headers))
        if 300 <= code < 400:  # noqa: PLR2004
            to = (exc.headers.get("Location") or "").partition("?")[0]
            raise RemoteError(f"{where}: has moved to {to}; give that address")
        if code == 400:  # noqa: PLR2004
            raise QueryError(f"{where}: does not take this as SPARQL{_after(said.text)}")
        kind = CutOffError if code == 413 else RemoteError  # noqa: PLR2004
        raise kind(f"{where}: {self._meaning(code)}{_after(said.text)}")

    def _meaning(self, code: int) -> str:
        origin = self.login.origin if self.login else ""
        if code == 401:  # noqa: PLR2004
            if origin:
                return f"does not take the login of {origin}"
            return (
                "asks for a login; set HAUBERK_USER and HAUBERK_PASSWORD, or HAUBERK_TOKEN,"
                " or write it in ~/.netrc"
            )
        return {
            403: "forbids this; it may take a login, or updates at another address: HAUBERK_UPDATE",
            404: "there is no SPARQL service; give its query address, like https://host/sparql",
            405: "takes no such request; HAUBERK_UPDATE names the address for updates",
            413: "the answer or the request is too large for it",
        }.get(code, f"answered {code}")

    def _said(self, exc: urllib.error.HTTPError) -> "_Said":
        """Return the first line of an error's body, or the detail of a problem (RFC 9457)."""
        try:
            text = exc.read(_CHUNK).decode("utf-8", "replace")
        except (OSError, http.client.HTTPException):
            text = ""
        limit = False
        if exc.headers.get_content_type() == "application/problem+json":
            try:
                problem = json.loads(text)
                text, limit = str(problem.get("detail", "")), "limit" in problem
            except (ValueError, AttributeError):
                text = ""
        elif exc.headers.get_content_subtype() == "html":
            text = ""
        line = next((line.strip() for line in text.splitlines() if line.strip()), "")
        clean = "".join(char for char in line if char.isprintable())[:300]
        return _Said(self.login.hidden(clean) if self.login else clean, limit)


@dataclass(frozen=True, slots=True)
class _Said:
    text: str
    names_limit: bool


class _TryAgain(Exception):  # noqa: N818 - a reason to wait, an error only at the end
    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


def _after(text: str) -> str:
    return f": {text}" if text else ""


def _is_limit(exc: urllib.error.HTTPError, said: _Said) -> bool:
    """Tell a limit that the same query would pass again from a service that is busy."""
    return exc.code == 503 and said.names_limit  # noqa: PLR2004


def _retry_after(headers: Message) -> float | None:
    given = (headers.get("Retry-After") or "").strip()
    if given.isascii() and given.isdigit():
        return float(given)
    try:
        return max(0.0, parsedate_to_datetime(given).timestamp() - time.time())
    except (TypeError, ValueError):
        return None
