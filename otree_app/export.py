"""The tidy tables of `market.records`, one custom export each, for people and bots alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from market.records import TABLES
from market.tables import tables
from otree_app.archive import groups_of, record_of
from otree_app.models import Player

Export = Callable[[Sequence[Player]], Iterator[list[object]]]


def exporter(table: str) -> Export:
    """A function as oTree's export page wants it: the header, then the rows of every market of these players."""

    def custom_export(players: Sequence[Player]) -> Iterator[list[object]]:
        yield [column.name for column in TABLES[table]]
        for group in groups_of(players):
            for row in tables(record_of(group))[table]:
                yield list(row.values())

    return custom_export


EXPORTS = {f"custom_export_{table}": exporter(table) for table in TABLES}
