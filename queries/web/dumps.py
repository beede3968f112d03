"""Dumps: the whole dataset in each format, made once a generation and sent from a file."""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from hauberk.graph.exports.description import file_name
from hauberk.graph.exports.formats import FORMATS, Format
from hauberk.ontology.names import BASE
from hauberk.queries.web.endpoint import reading
from hauberk.queries.web.frames import Task
from hauberk.queries.web.linked import OFFERED
from hauberk.queries.web.negotiation import choose
from hauberk.queries.web.problems import ProblemError
from hauberk.queries.web.service import Service, matches

SECONDS_TO_WAIT: Final = 25.0
"""Seconds that a client waits for a dump to be made; after that it is told to come again."""
_SECONDS_TO_MAKE: Final = 1800.0


class Dumps:
    """`/data/…`, and what describes it: `/.well-known/void`, `/dataset` and `/catalogue`."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._formats = {file_name(form): form for form in FORMATS.values()}
        self._folder: Path | None = None
        self._making: dict[tuple[int, str], asyncio.Task[Path]] = {}
        self._one_at_a_time = asyncio.Lock()

    def routes(self) -> list[Route]:
        """Return the routes of all addresses."""
        return [
            reading("/data/{name}", self.dump),
            reading("/.well-known/void", self.void),
            reading("/dataset", self.void),
            reading("/catalogue", self.void),
        ]

    def close(self) -> None:
        """Remove the dumps made."""
        for making in self._making.values():
            making.cancel()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    async def void(self, request: Request) -> Response:
        """Describe the dataset and its distributions, in VoID and DCAT."""
        offered = {media: form for media, form in OFFERED.items() if form != "html"}
        form = choose(request.headers.get("accept"), {**offered, "*/*": "ttl"})
        task = Task(operation="void", arguments={"format": form, "site": str(request.base_url)})
        shown = {"Link": f'<{BASE}dataset>; rel="describes"'}
        return await self.service.answer(request, task, shown)

    async def dump(self, request: Request) -> Response:
        """Send the dataset in one format; it is made first where nobody asked for it yet."""
        form = self._formats.get(request.path_params["name"])
        if form is None:
            listing = ", ".join(self._formats)
            raise ProblemError(404, "Not found", f"there is no such dump; there are {listing}")
        generation = self.service.generation()
        tag = f'"{generation}-{form.name}"'
        headers = {"ETag": tag, "Cache-Control": "public, no-cache"}
        if matches(request.headers.get("if-none-match"), tag):
            return Response(status_code=304, headers=headers)
        path = await self._made(generation, form)
        packed = "application/zip" if form.marker else form.media_type
        return FileResponse(path, media_type=packed, headers=headers, filename=file_name(form))

    async def _made(self, generation: int, form: Format) -> Path:
        key = (generation, form.name)
        making = self._making.get(key)
        if making is None or (making.done() and (making.cancelled() or making.exception())):
            for old in [k for k in self._making if k[0] != generation]:
                self._making.pop(old).cancel()
            making = self._making[key] = asyncio.create_task(self._make(generation, form))
        try:
            async with asyncio.timeout(SECONDS_TO_WAIT):
                return await asyncio.shield(making)
        except TimeoutError:
            raise ProblemError(
                503, "Not ready", "the dump is being made; ask again shortly",
                headers={"Retry-After": "20"},
            ) from None  # fmt: skip

    async def _make(self, generation: int, form: Format) -> Path:
        """Make a dump in a process of its own, one after the other; return where it lies."""
        async with self._one_at_a_time:
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="hauberk-dumps-"))
            path = self._folder / str(generation) / file_name(form)
            path.parent.mkdir(exist_ok=True)
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "hauberk.graph", "--store", str(self.service.pool.store),
                "export", "--format", form.name, "-o", str(path),
                stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
            try:
                async with asyncio.timeout(_SECONDS_TO_MAKE):
                    _, said = await process.communicate()
            except (TimeoutError, asyncio.CancelledError):
                process.kill()
                raise
            if process.returncode:
                reason = said.decode("utf-8", "replace").strip()[-300:]
                raise ProblemError(503, "No dump", f"the dump could not be made: {reason}")
            return path
