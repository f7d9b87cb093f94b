"""Where a desk stands now, from the events that its folder holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from worlds.crypto.admin.digest import summed
from worlds.crypto.admin.events import FILE_NAME, Event, Kind, recorded
from worlds.crypto.recording import MANIFEST, SUMMARY
from worlds.errors import WorldError
from worlds.folders import read_json


def newest(folder: Path) -> Path:
    """The run that wrote last: `folder` itself, or the newest one in it. Raises WorldError where there is none."""
    runs = [
        path for name in (FILE_NAME, MANIFEST) for path in (folder / name, *folder.glob(f"*/{name}")) if path.is_file()
    ]
    if not runs:
        raise WorldError(
            f"{folder}: no run of the desk is there. Start one (`python -m worlds.crypto multi --config "
            "configs/multi_asset.yaml`), or name its folder."
        )
    return max(runs, key=lambda path: path.stat().st_mtime).parent


def status(folder: Path) -> str:
    """A few lines of plain text. Raises WorldError where the folder holds no run."""
    if not (folder / FILE_NAME).is_file() and (folder / MANIFEST).is_file():
        return "\n".join([f"Run         {folder}", *_learning(folder)])
    events = list(recorded(folder))
    last = {event.kind: event for event in events}
    return "\n".join(
        [
            f"Run         {folder}",
            _life(events, last, folder),
            *_started(last.get("started")),
            *_equity(last.get("equity")),
            *_alerts(events, last.get("equity")),
        ]
    )


def _learning(folder: Path) -> list[str]:
    """Of a run without events of its own: populations that learn, models beside each other."""
    states = sorted(folder.glob("populations/*/state.json"))
    more = "; what was learnt is kept, --resume goes on" if states else ""
    over = "ended" if (folder / SUMMARY).is_file() else f"not ended{more}"
    lived = [f"            {path.parent.name}: {read_json(path)['population']['done']} iterations" for path in states]
    data = str(read_json(folder / MANIFEST).get("data", "")).removeprefix("Bars: ")
    return [f"State       {over}", f"Data        {data}", *(["Populations"] if lived else []), *lived]


def _life(events: list[Event], last: dict[Kind, Event], folder: Path) -> str:
    if not events:
        return "State       nothing has happened yet"
    if "ended" in last and events[-1].kind in ("ended", "alert", "report", "trouble"):
        return f"State       ended: {last['ended'].facts.get('why', '')}"
    wrote = datetime.fromtimestamp((folder / FILE_NAME).stat().st_mtime, UTC)
    return f"State       not ended; last heard of {wrote:%Y-%m-%d %H:%M:%S} UTC"


def _started(event: Event | None) -> list[str]:
    if event is None:
        return []
    facts = event.facts
    return [f"Data        {facts.get('source', '')}", f"Coins       {' '.join(facts.get('symbols', ()))}"]


def _equity(event: Event | None) -> list[str]:
    if event is None:
        return ["Equity      no bar was traded yet"]
    lines = [f"Equity      {float(event.facts['equity']):,.2f} USDT at {event.at:%Y-%m-%d %H:%M} UTC"]
    exposures = {symbol: float(value) for symbol, value in event.facts.get("exposures", {}).items() if float(value)}
    listed = "  ".join(f"{symbol} {value:+,.0f}" for symbol, value in exposures.items())
    return [*lines, f"Positions   {listed or 'none'}" + (" USDT" if listed else "")]


def _alerts(events: list[Event], newest: Event | None) -> list[str]:
    """Of the day before the newest bar."""
    day = [event for event in events if event.kind == "alert" and newest and newest.at - event.at <= timedelta(days=1)]
    lines = [f"  {line}" for line in summed([{"at": event.at, **event.facts} for event in day])]
    return [f"Alerts      {len(day)} in the last 24 hours of the market", *lines]
