"""Where a desk stands now, from the events that its folder holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from worlds.crypto.admin.digest import summed
from worlds.crypto.admin.events import FILE_NAME, Event, Kind, recorded
from worlds.errors import WorldError


def newest(folder: Path) -> Path:
    """The run that wrote last: `folder` itself, or the newest one in it. Raises WorldError where there is none."""
    runs = [path for path in (folder / FILE_NAME, *folder.glob(f"*/{FILE_NAME}")) if path.is_file()]
    if not runs:
        raise WorldError(
            f"{folder}: no run of the desk is there. Start one (`python -m worlds.crypto multi --config "
            "configs/multi_asset.yaml`), or name its folder."
        )
    return max(runs, key=lambda path: path.stat().st_mtime).parent


def status(folder: Path) -> str:
    """A few lines of plain text. Raises WorldError where the folder holds no events."""
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
