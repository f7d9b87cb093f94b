"""Paper trading follows its pipeline bar by bar, keeps to its limits, and goes on after a crash."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.worlds.crypto.paper.exchanges import KEYS, QUICK, broken_line, client_of, exchange, orders_at
from worlds.crypto.admin.events import Bus, Event
from worlds.crypto.data.bars import Bars
from worlds.crypto.desk.proposals import Lane, Proposals, nothing
from worlds.crypto.desk.tape import Tape, tape
from worlds.crypto.paper.client import Bybit, Exchange, Unreachable, connect
from worlds.crypto.paper.curve import Curve
from worlds.crypto.paper.journal import Journal
from worlds.crypto.paper.local_exchange import LocalExchange
from worlds.crypto.paper.orders import Orders
from worlds.crypto.paper.tickets import Refusal, Standing, Ticket
from worlds.crypto.paper.trading import Trading, follow
from worlds.crypto.settings import PaperSettings

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LIMITS = PaperSettings(symbols=("SOL",), max_position_usd=2_000, default_leverage=3)


class Wish:
    """A strategy that wants one side of SOL at every bar. `risk`: limits of its risk role."""

    def __init__(self, side: float, size: float = 0.1, leverage: float = 2.0, **risk: float) -> None:
        self.side, self.size, self.leverage = side, size, leverage
        self.lane = Lane(proposals=0, limits=risk, checks=("leverage", "size") if risk else ())

    def proposals(self, bars: Bars) -> tuple[Tape, Proposals]:
        made = nothing(len(bars), len(bars.symbols))
        made.side[-1] = made.keep[-1] = self.side
        made.size[-1], made.leverage[-1] = self.size, self.leverage
        made.stop[-1], made.take_profit[-1] = 0.05, 0.10
        return tape(bars), made


class Run:
    """A run of paper trading in a folder, and what it told."""

    def __init__(self, running: LocalExchange, folder: Path, wish: Wish, client: Exchange | None = None) -> None:
        self.running, self.told, bus = running, list[Event](), Bus()
        bus.subscribe(self.told.append)
        line = client or client_of(running)
        orders = Orders(line, Journal(folder), sleep=lambda _: None, patience=QUICK)
        self.trading = Trading("run-1", line, orders, wish, Curve(), bus, LIMITS)
        self.trading.take_up()

    def bars(self) -> Bars:
        return self.running.market.bars.of(("SOL",)).rows(0, self.running.market.bar + 1)

    def turn(self) -> None:
        self.trading.turn(self.bars())

    def kinds(self) -> list[str]:
        return [event.kind for event in self.told]

    @property
    def coins(self) -> Decimal:
        return client_of(self.running).positions().get("SOL", Decimal(0))


def test_a_wish_becomes_a_position_of_the_granted_size_with_its_exits(tmp_path: Path) -> None:
    with exchange() as running:
        run = Run(running, tmp_path, Wish(1.0))
        run.turn()
        assert run.coins == Decimal(20)  # a tenth of 10,000 twice over, at 100
        held = running.market.account.of("SOL")
        assert (held.stop, held.take_profit) == (Decimal(95), Decimal(110))
        assert running.market.account.leverage == {"SOL": Decimal(2)}
    assert run.kinds() == ["order", "equity"]
    assert run.told[0].facts["why"] == "long, confidence 0.50"


@pytest.mark.parametrize(
    ("wish", "coins"),
    [
        (Wish(1.0, size=0.4, leverage=2), 20),  # 8,000 are wished for, 2,000 are the most
        (Wish(1.0, size=0.05, leverage=10), 15),  # leverage 3 is the account's
        (Wish(-1.0, size=0.1, leverage=2, max_leverage=1.0, max_size=0.05), -5),  # the risk role's
        (Wish(0.0), 0),
    ],
)
def test_no_position_exceeds_the_limits_of_account_and_risk_role(tmp_path: Path, wish: Wish, coins: int) -> None:
    with exchange() as running:
        run = Run(running, tmp_path, wish)
        run.turn()
        assert run.coins == coins


@pytest.mark.parametrize(("most", "told"), [(0.01, ["size"]), (0.1, [])])
def test_what_the_risk_role_refuses_is_told_and_what_it_makes_smaller_is_not(
    tmp_path: Path, most: float, told: list[str]
) -> None:
    with exchange() as running:
        run = Run(running, tmp_path, Wish(1.0, size=0.4, max_leverage=5.0, max_size=most))
        run.turn()
    assert [event.facts["check"] for event in run.told if event.kind == "breach"] == told


def test_a_position_that_is_kept_is_left_alone_and_one_that_turns_is_closed_first(tmp_path: Path) -> None:
    with exchange() as running:
        wish = Wish(1.0)
        run = Run(running, tmp_path, wish)
        run.turn()
        running.advance()
        run.turn()
        assert run.kinds() == ["order", "equity", "equity"]
        wish.side = -1.0
        running.advance()
        run.turn()
        assert run.coins < 0
    assert run.kinds()[3:] == ["order", "order", "closed", "equity"]
    assert [event.facts["reduce_only"] for event in run.told if event.kind == "order"] == [False, True, False]


def test_a_stop_that_the_exchange_took_is_told_as_a_loss(tmp_path: Path) -> None:
    with exchange() as running:
        run = Run(running, tmp_path, Wish(1.0))
        run.turn()
        low = running.market.bars["low"]
        low.setflags(write=True)
        low[5] = 90.0
        running.advance()
        run.turn()
    closed = [event.facts for event in run.told if event.kind == "closed"]
    assert len(closed) == 1
    assert closed[0]["pnl"] == pytest.approx(20 * (95 - 100.01) - 20 * 95 * 0.00055)
    assert "reconciled" in run.kinds()


def test_a_turn_that_is_tried_again_after_the_line_broke_trades_once(tmp_path: Path) -> None:
    with exchange() as running, broken_line(running, lose_answer_to="/v5/order/create") as address:
        run = Run(running, tmp_path, Wish(1.0), connect(KEYS, address, seconds=2))
        run.turn()
        run.turn()
        assert run.coins == Decimal(20)


def test_turning_round_is_finished_after_the_line_broke_between_closing_and_opening(tmp_path: Path) -> None:
    with exchange() as running:
        wish = Wish(1.0)
        run = Run(running, tmp_path, wish)
        run.turn()
        wish.side = -1.0
        running.advance()
        place = run.trading._orders._exchange.place

        def closes_alone(ticket: Ticket) -> Standing | Refusal:
            if not ticket.reduce_only:
                raise Unreachable("the line broke")
            return place(ticket)

        run.trading._orders._exchange.place = closes_alone  # type: ignore[method-assign]
        with pytest.raises(Unreachable):
            run.turn()
        assert run.coins == 0
        run.trading._orders._exchange.place = place  # type: ignore[method-assign]
        run.turn()
        assert run.coins < 0


def test_where_the_leverage_is_refused_nothing_is_opened_and_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Bybit, "set_leverage", lambda *_: "too much")
    with exchange() as running:
        run = Run(running, tmp_path, Wish(1.0))
        run.turn()
        assert run.coins == 0
    assert run.kinds() == ["trouble", "equity"]


def test_coins_that_are_not_held_are_told_too_so_that_one_alone_is_seen_as_concentrated(tmp_path: Path) -> None:
    with exchange() as running:
        run = Run(running, tmp_path, Wish(0.0))
        run.turn()
    assert run.told[-1].facts["exposures"] == {"SOL": 0.0}


def test_a_run_that_is_started_again_takes_over_what_there_is(tmp_path: Path) -> None:
    with exchange() as running:
        Run(running, tmp_path, Wish(1.0)).turn()
        again = Run(running, tmp_path, Wish(1.0))
        again.turn()
        assert again.coins == Decimal(20)
    assert again.kinds() == ["equity"]


def test_each_bar_is_traded_once_and_a_silent_exchange_is_waited_for(tmp_path: Path) -> None:
    troubles: list[str] = []
    with exchange() as running:
        run = Run(running, tmp_path, Wish(1.0))
        feeds = iter([run.bars, run.bars, _silent, run.bars])

        def pause() -> None:
            running.advance()

        assert follow(run.trading, lambda: next(feeds)(), 2, pause, troubles.append) == 2
    assert run.kinds().count("equity") == 2
    assert troubles == ["The exchange is silent: no route"]


def _silent() -> Bars:
    raise Unreachable("no route")


def test_a_morning_and_a_peak_are_those_of_the_account() -> None:
    curve = Curve()
    for days, equity in ((-40, 900.0), (-20, 700.0), (-1, 500.0), (0, 450.0)):
        curve.add(NOON + timedelta(days=days), equity)
    assert curve.morning(NOON) == 500.0
    assert curve.peak(NOON) == 700.0


def test_what_was_traded_before_the_run_is_not_told_as_its_own(tmp_path: Path) -> None:
    with exchange() as running:
        orders_at(running, tmp_path)
        running.market.account.trade("SOL", Decimal(5), Decimal(100))
        running.market.account.trade("SOL", Decimal(-5), Decimal(90))
        run = Run(running, tmp_path, Wish(0.0))
        run.turn()
    assert run.kinds() == ["equity"]
