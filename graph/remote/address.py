"""Where a service is, and what it takes to be let in: never in a command line or a message."""

import netrc
import os
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit, urlunsplit

from hauberk.graph.errors import RemoteError

_UPDATES: Final = (
    ("/repositories/", "", "/statements"),  # RDF4J, GraphDB
    ("", "/query", "/update"),  # Oxigraph, Fuseki, Stardog
)
"""Where updates go, by what the query address holds and ends with; elsewhere to the same place."""


@dataclass(frozen=True, slots=True)
class Login:
    """A user and password, or a token; neither is ever shown."""

    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    origin: str = ""

    @property
    def header(self) -> str:
        """The value of the Authorization header."""
        if self.token:
            return f"Bearer {self.token}"
        return "Basic " + b64encode(f"{self.user}:{self.password}".encode()).decode()

    def hidden(self, text: str) -> str:
        """Return *text* without the password or token, should a service repeat it."""
        for secret in (self.token, self.password, self.header.partition(" ")[2]):
            if secret:
                text = text.replace(secret, "…")
        return text


@dataclass(frozen=True, slots=True)
class Address:
    """A service's query address, its update address, and how a message names it."""

    query: str
    update: str
    shown: str
    host: str
    is_open: bool
    """Whether what is sent can be read on the way: plain HTTP to another machine."""


def address(given: str, environment: Mapping[str, str] = os.environ) -> Address:
    """Return the address of the service at *given*; updates go to HAUBERK_UPDATE where it is set.

    Raises RemoteError for what is no HTTP address, or one that holds a password.
    """
    query = _checked(given, "--store")
    update = environment.get("HAUBERK_UPDATE")
    where = _checked(update, "HAUBERK_UPDATE") if update else _update_of(query)
    if where.hostname != query.hostname:
        raise RemoteError("HAUBERK_UPDATE is on another host than the store; it must be the same")
    return Address(
        query=urlunsplit(query),
        update=urlunsplit(where),
        shown=urlunsplit((query.scheme, query.netloc, query.path, "", "")),
        host=query.hostname or "",
        is_open=query.scheme == "http" and not _is_here(query.hostname or ""),
    )


def _checked(given: str, what: str) -> SplitResult:
    try:
        found = urlsplit(given.strip())
        _ = found.port
    except ValueError:
        raise RemoteError(f"{what}: this is no address; write https://host/sparql") from None
    if found.username is not None or found.password is not None:
        raise RemoteError(
            f"{what}: leave user and password out of the address;"
            " set HAUBERK_USER and HAUBERK_PASSWORD, or write them in ~/.netrc"
        )
    if found.scheme not in {"http", "https"} or not found.hostname:
        raise RemoteError(f"{what}: this is no HTTP address; write https://host/sparql or a folder")
    if not given.isascii() or any(char.isspace() for char in given.strip()):
        raise RemoteError(f"{what}: an address holds neither blanks nor letters outside ASCII")
    return found._replace(path=found.path or "/", fragment="")


def _update_of(query: SplitResult) -> SplitResult:
    for within, end, instead in _UPDATES:
        if within in query.path and query.path.endswith(end):
            return query._replace(path=query.path.removesuffix(end) + instead)
    return query


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def login(host: str, environment: Mapping[str, str] = os.environ) -> Login | None:
    """Return the login for a host, from HAUBERK_TOKEN, HAUBERK_USER and HAUBERK_PASSWORD, or netrc.

    Raises RemoteError where one is given in part, or netrc cannot be read.
    """
    if token := environment.get("HAUBERK_TOKEN"):
        return _without_breaks(Login(token=token, origin="HAUBERK_TOKEN"))
    user, password = environment.get("HAUBERK_USER"), environment.get("HAUBERK_PASSWORD")
    if user and password:
        return Login(user, password, origin="HAUBERK_USER")
    if user or password:
        raise RemoteError("set both HAUBERK_USER and HAUBERK_PASSWORD, or neither")
    return _from_netrc(host, Path(environment.get("NETRC") or Path.home() / ".netrc"))


def _without_breaks(found: Login) -> Login:
    if not found.token.isascii() or not found.token.isprintable():
        raise RemoteError("HAUBERK_TOKEN holds characters that no header can carry")
    return found


def _from_netrc(host: str, path: Path) -> Login | None:
    if not path.is_file():
        return None
    try:
        found = netrc.netrc(str(path)).authenticators(host)
    except (OSError, netrc.NetrcParseError, UnicodeError):
        raise RemoteError(f"{path} cannot be read as a netrc file; mend it") from None
    if found is None or not found[0] or not found[2]:
        return None
    return Login(found[0], found[2], origin=str(path))
