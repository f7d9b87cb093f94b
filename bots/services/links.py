"""From what was given on the command line to the seats of a session. Starts no browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bots.adapters.errors import SetupError
from bots.adapters.otree_server import PARTICIPANT, AccessDenied, NotThere, OTreeServer

LINE = re.compile(r"(\d+)\s*=\s*(https?://\S+)")
MANY = 200


@dataclass(frozen=True, slots=True)
class Link:
    """One seat: its participant and the address that leads there."""

    participant: str
    url: str


@dataclass(frozen=True, slots=True)
class Seating:
    """The seats found. `session` is "" where only the seats' links are known; `subjects` counts people's seats too."""

    server: OTreeServer
    session: str
    links: tuple[Link, ...]
    subjects: int

    @property
    def numbers(self) -> range:
        """The seats of the bots: the last ones; seats count from 1."""
        return range(self.subjects - len(self.links) + 1, self.subjects + 1)


def seating(url: str, file: Path | None, bots: int | None, environ: Mapping[str, str]) -> Seating:
    """The last `bots` seats, or all. Raises SetupError with the remedy."""
    addresses = read_links(file) if file else []
    server = OTreeServer.of(url or addresses[0], environ)
    session, participants = _of_file(server, url, addresses) if file else _of_url(server, url, bots)
    if bots and bots > len(participants):
        raise SetupError(
            f"--num-bots {bots}: {url or file} has {len(participants)} links. Ask for fewer bots, or a larger session."
        )
    chosen = participants[-bots:] if bots else participants
    return Seating(server, session, tuple(Link(one, server.link(one)) for one in chosen), len(participants))


def read_links(file: Path) -> list[str]:
    """The addresses of a links file, by number. Blank lines and lines that start with # are left out."""
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SetupError(f"--links {file}: cannot be read ({error}). Expected a text file; check the path.") from None
    found: dict[int, str] = {}
    for number, line in enumerate(map(str.strip, lines), 1):
        if line and not line.startswith("#"):
            seat, address = _line(file, number, line)
            if seat in found:
                raise SetupError(f"{file}, line {number}: seat {seat} is there twice. Give every line its own number.")
            found[seat] = address
    if not found:
        raise SetupError(f"{file} has no links. Expected lines such as 1=https://server/InitializeParticipant/abc12345")
    return [found[seat] for seat in sorted(found)]


def _line(file: Path, number: int, line: str) -> tuple[int, str]:
    match = LINE.fullmatch(line)
    if not match:
        raise SetupError(
            f"{file}, line {number}: {line!r} is no link. Expected a line such as 1=https://server/join/abc"
        )
    return int(match[1]), match[2]


def _of_file(server: OTreeServer, url: str, addresses: list[str]) -> tuple[str, list[str]]:
    others = {address for address in addresses if _host(address) != _host(server.base)}
    if others:
        raise SetupError(f"All links of a run lead to one server, {server.base}; {min(others)} does not. Use two runs.")
    participants = [_seat_of(server, address) for address in addresses]
    session = _code(url, "SessionStartLinks") if url else _known(server.session_of_participant, participants[0])
    return session, participants


def _of_url(server: OTreeServer, url: str, bots: int | None) -> tuple[str, list[str]]:
    if session := _code(url, "SessionStartLinks"):
        return session, _some(server.participants(session), url)
    if _code(url, "InitializeParticipant"):
        participant = _seat_of(server, url)
        return _known(server.session_of_participant, participant), [participant]
    if not (_code(url, "join") or _code(url, "room")):
        raise SetupError(
            f"{url} is no address of a session. Expected a SessionStartLinks page, a session-wide link (/join/...), "
            "a room (/room/...) or a participant's link (/InitializeParticipant/...)."
        )
    if session := _known(server.session_of_link, urlsplit(url).path):
        return session, server.participants(session)
    participants = _some(_visited(server, url, bots), url)
    return _known(server.session_of_participant, participants[0]), participants


def _visited(server: OTreeServer, url: str, bots: int | None) -> list[str]:
    """Take seats by visiting the link as subjects do: as many as asked for, or until the session is full."""
    participants: list[str] = []
    while len(participants) < (bots or MANY) and (participant := server.follow(url)):
        participants.append(participant)
    return participants


def _some(participants: list[str], url: str) -> list[str]:
    if not any(participants):
        raise SetupError(f"{url} gives no seat: there is no session yet, or it is full. Create a session, or check it.")
    return participants


def _seat_of(server: OTreeServer, address: str) -> str:
    match = PARTICIPANT.search(address)
    return match[1] if match else _some([server.follow(address)], address)[0]


def _known(look_up: Callable[[str], str], what: str) -> str:
    """What the REST interface knows; "" where it does not let in."""
    try:
        return look_up(what)
    except (AccessDenied, NotThere):
        return ""


def _code(url: str, page: str) -> str:
    match = re.match(rf"/{page}/(\w+)", urlsplit(url).path)
    return match[1] if match else ""


def _host(url: str) -> str:
    return urlsplit(url).netloc
