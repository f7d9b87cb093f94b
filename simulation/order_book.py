"""An order-book market: agents act tick by tick on one exchange, in an order drawn anew each tick, while the
fundamental value moves. Writes nothing."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from random import Random
from time import perf_counter, process_time
from typing import NamedTuple

import numpy as np

from bots.adapters.llm import Models
from bots.agents.trader import Move, Mover
from market.facts import facts_of
from market.orders import Side
from market.treatments import Role, Treatment
from market.view import MarketView
from simulation.flow import TRADERS as FLOW_TRADERS
from simulation.flow import Flow, FlowConfig
from simulation.intents import IntentAgent
from simulation.kinds import KINDS, LANGUAGE_MODEL
from simulation.live_view import Clock, LiveView
from simulation.rosters import Entry, names_of
from simulation.values import ValueProcess
from simulation.venue import Holder, Venue

START = 10_000  # ticks a share, which are 100.00
AGENT = Role(name="agent", cash=5_000 * START, shares=1_000)
OUTSIDE = Role(name="outside", cash=10**7 * START, shares=10**7)
DEPTH = 5  # levels of a snapshot
SAMPLES = 200  # snapshots of book and accounts in a run


class Tick(NamedTuple):
    """The market at the end of a tick: prices in ticks of money, None where there is none; `volume` in the tick."""

    seconds: int
    seq: int
    fundamental: float
    bid: int | None
    ask: int | None
    bid_quantity: int
    ask_quantity: int
    price: int | None
    volume: int


class Held(NamedTuple):
    """An agent's account after a tick, in ticks of money and shares."""

    seconds: int
    trader: str
    cash: int
    shares: int


class Depth(NamedTuple):
    """One level of the book after a tick; `level` 1 is the best."""

    seconds: int
    side: str
    level: int
    price: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketSettings:
    """What is simulated. `progress` is told now and then how many ticks are over."""

    roster: tuple[Entry, ...]
    steps: int = 2000
    seed: int = 42
    model: str = "heuristic"
    interval: int = 20
    execution: str = "twap"
    persona: str = ""
    temperature: float | None = None
    value: ValueProcess = field(default_factory=ValueProcess)
    flow: FlowConfig | None = None
    progress: Callable[[int], None] = lambda done: None


@dataclass
class Simulated:
    """A market that is over. `seconds` of processor time for the ticks alone, `elapsed` by the clock on the wall."""

    exchange: Venue
    kinds: dict[str, str]
    ticks: list[Tick] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    depths: list[Depth] = field(default_factory=list)
    asked: dict[str, int] = field(default_factory=dict)
    commands: int = 0
    seconds: float = 0.0
    elapsed: float = 0.0

    @property
    def hash(self) -> str:
        """16 hex digits: equal only for runs whose trades and final state are equal."""
        whole = [self.exchange.state_hash(), self.exchange.events, self.exchange.trades]
        return blake2b(json.dumps(whole).encode(), digest_size=8).hexdigest()


class _Agent(NamedTuple):
    account: Holder
    trader: Mover
    view: LiveView


# as in `market.book`
_make = tuple.__new__

# What the hot loop needs of an agent.
Seat = tuple[Holder, Callable[[MarketView], Move], MarketView]


def simulate(settings: MarketSettings, models: Models) -> Simulated:
    """Run the market. `models` answers for the language-model agents; "heuristic" must be among them or named."""
    market = _Market(settings, models)
    with _no_collector():
        began, since = process_time(), perf_counter()
        market.run()
        done = market.done
        done.seconds, done.elapsed = process_time() - began, perf_counter() - since
    done.asked = _counted([one.trader for one in market.agents if isinstance(one.trader, IntentAgent)])
    return done


@contextmanager
def _no_collector() -> Iterator[None]:
    """Nothing here makes cycles, and the log only grows: the collector would walk through all of it again and again."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


class _Market:
    def __init__(self, settings: MarketSettings, models: Models) -> None:
        self.settings = settings
        named = names_of(settings.roster)
        kinds = {name: entry.type for name, entry in named}
        roles = dict.fromkeys(kinds, AGENT)
        if settings.flow:
            roles |= dict.fromkeys(FLOW_TRADERS.values(), OUTSIDE)
        treatment = design(settings)
        self.exchange = Venue(treatment, roles)
        self.done = Simulated(self.exchange, kinds)
        self.clock = Clock(0.0, [settings.value.start])
        self.values = settings.value.path(settings.steps, Random(f"{settings.seed} value"))
        self.facts = replace(facts_of(treatment, len(roles)), fundamental=(settings.value.start,))
        self.informed = self.clock.informed(self.facts)
        self.agents = [self._agent(name, entry) for name, entry in named]
        self._connect(models)
        rng = Random(f"{settings.seed} flow")
        self.flow = Flow(self.exchange, rng, settings.flow) if settings.flow else None

    def _agent(self, name: str, entry: Entry) -> _Agent:
        kind, params = KINDS[entry.type], dict(entry.params)
        if entry.type == LANGUAGE_MODEL:
            names = ("interval", "execution", "persona", "temperature")
            params = {**{name: getattr(self.settings, name) for name in names}, **params}
        trader = kind.make(params, Random(f"{self.settings.seed} agent {name}"))
        facts = self.informed if kind.informed else self.facts
        view = LiveView(self.exchange, name, self.clock, facts, AGENT)
        return _Agent(view.holdings, trader, view)

    def _connect(self, models: Models) -> None:
        asking = [one.trader for one in self.agents if isinstance(one.trader, IntentAgent)]
        for number, trader in enumerate(asking, 1):
            trader.connect(models, self.settings.model, number, self.settings.seed)

    def run(self) -> None:
        rng = np.random.default_rng(list(f"{self.settings.seed} order".encode()))
        seats = [(one.account, one.trader.move, one.view.as_view()) for one in self.agents]
        every = max(1, self.settings.steps // SAMPLES)
        for tick in range(1, self.settings.steps + 1):
            self._tick(tick, seats, rng.permutation(len(seats)).tolist())
            if tick % every == 0 or tick == self.settings.steps:
                self._sample(tick)
                self.settings.progress(tick)
        self.exchange.close()

    def _tick(self, tick: int, seats: Sequence[Seat], order: list[int]) -> None:
        """Everybody acts once; the hot loop."""
        clock, submit, commands = self.clock, self.exchange.submit, 0
        self.exchange.tick, clock.seconds, clock.told[0] = tick, float(tick), self.values[tick - 1]
        if self.flow:
            self.flow.act(self.settings.value.start)
        for own, move, view in map(seats.__getitem__, order):
            for action in move(view)[0]:
                submit(own, action)
                commands += 1
        self.done.commands += commands
        self._note(tick)

    def _note(self, tick: int) -> None:
        market, book = self.exchange, self.exchange.book
        bid, ask = book.quote()
        sizes = (book.bids.total(bid) if bid else 0, book.asks.total(ask) if ask else 0)
        last, traded = market.prices[-1] if market.prices else None, market.volume - self._volume
        self._volume = market.volume
        self.done.ticks.append(Tick(tick, market.events, self.clock.told[0], bid, ask, *sizes, last, traded))

    _volume = 0

    def _sample(self, tick: int) -> None:
        owned = [own for own, _, _ in self.agents]
        self.done.held += [_make(Held, (tick, own.trader, own.cash, own.shares)) for own in owned]
        for side in Side:
            for level, (price, quantity) in enumerate(self.exchange.book.depth(side, DEPTH), 1):
                self.done.depths.append(Depth(tick, side.value, level, price, quantity))


def design(settings: MarketSettings) -> Treatment:
    """The rules: one long period of continuous trading, cash and shares that bind, no payments for holding shares."""
    return Treatment(
        name="order_book",
        title="Order-book market",
        tick="0.01",
        periods=1,
        period_seconds=float(settings.steps),
        roles=(AGENT,),
        price_max=100 * START,
        open_orders=100_000,
        orders_per_second=10**6,
        tell_fundamental=False,
    )


def _counted(agents: Sequence[IntentAgent]) -> dict[str, int]:
    """How the questions to models ended."""
    total: dict[str, int] = {}
    for agent in agents:
        for outcome, number in agent.outcomes.items():
            total[outcome] = total.get(outcome, 0) + number
    return total
