"""A profile as text for the terminal."""

from collections.abc import Iterator
from typing import IO

from hauberk.graph.mentions import TakenPart
from hauberk.graph.profile import Line, Profile, Voice


def write(shown: Profile, out: IO[str], as_of: str | None = None) -> None:
    """Write a profile to the terminal's width, or in lines as long as they need to be."""
    from rich.console import Console
    from rich.markup import escape
    from rich.padding import Padding

    console = Console(file=out, width=None if out.isatty() else 4096, highlight=False)

    def put(text: str, indent: int = 0, style: str = "") -> None:
        marked = f"[{style}]{escape(text)}[/{style}]" if style else escape(text)
        if out.isatty():
            console.print(Padding(marked, (0, 0, 0, indent)))
        else:
            out.write(" " * indent + text + "\n")

    put(shown.label, style="bold")
    put(f"{shown.id}  {', '.join(shown.kinds) or 'no accepted tie'}")
    put(shown.iri, style="dim")
    if as_of:
        put(f"as of {as_of}: from the claims said by then")
    for word, text in shown.entry:
        put(f"{word}: {text}")
    if shown.contested:
        put(f"contested: {', '.join(shown.contested)}", style="bold yellow")
    for indent, style, text in _body(shown):
        put(text, indent, style)


def _body(shown: Profile) -> Iterator[tuple[int, str, str]]:
    """Yield the sections' lines: indent, style, text."""
    sections: list[tuple[str, list[Line]]] = [
        ("Accepted", shown.accepted),
        ("Said, not accepted", shown.unaccepted),
        ("Denied", shown.denied),
    ]
    for title, lines in sections:
        if lines:
            yield from ((0, "", ""), (0, "bold", title))
        for line in lines:
            yield 2, "", f"{line.property}: {line.value}"
            yield from ((6, "dim", _voice(voice)) for voice in line.voices)
    if shown.notes:
        yield from ((0, "", ""), (0, "bold", "Notes"))
        yield from ((2, "", _voice(voice)) for voice in shown.notes)
    if shown.ties:
        yield from ((0, "", ""), (0, "bold", "Takes part in"))
        yield from ((2, "", _tie(tie)) for tie in shown.ties)
    if shown.belonging:
        yield from ((0, "", ""), (0, "bold", "Belonging to it"))
        yield from (
            (2, "", f"{each.relation}: {each.label} ({each.id})") for each in shown.belonging
        )


def _tie(tie: TakenPart) -> str:
    how = ", ".join(filter(None, (tie.began, tie.status)))
    return f"{tie.role}: {tie.label} ({tie.id}){f'  {how}' if how else ''}"


def _voice(voice: Voice) -> str:
    note = f" — {voice.note}" if voice.note else ""
    where = " ".join(voice.sources)
    return f"{voice.said}  {voice.modality}  {voice.speaker}  [{voice.grade}]  {where}{note}"
