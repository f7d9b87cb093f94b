"""News comes as often as it should, to whom it should, and goes round one hop at a time."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from worlds.forecast_goods.config_information import Information, News
from worlds.forecast_goods.information.news import (
    Item,
    arrivals,
    forwarded,
    innovation_of,
    kept,
    network,
    noisy,
    researched,
)

AGENTS = [f"a{one:02d}" for one in range(20)]
AHEAD = [(0.5, -1.0), (2.0, 0.0), (0.0, 1.0)]


def news(public: float = 0.0, private: float = 0.0) -> Information:
    """Rates a round."""
    return Information(dt=1.0, news=News(public_rate=public, private_rate=private))


def item(about: int = 9, kind: str = "private", name: str = "x", signal: float = 1.0, precision: float = 1.0) -> Item:
    return Item(name, kind, "a00", "alpha", about, signal, precision, round=1)


def test_public_news_is_one_draw_for_all() -> None:
    came = arrivals(news(public=5.0), AGENTS, AHEAD, 3, np.random.default_rng(1))
    assert len(came["a00"]) > 0
    assert all(came[agent] == came["a00"] for agent in AGENTS)


def test_private_news_is_each_ones_own() -> None:
    came = arrivals(news(private=2.0), AGENTS, AHEAD, 3, np.random.default_rng(1))
    ids = [one.id for items in came.values() for one in items]
    assert len(ids) == len(set(ids)) > 20
    assert all(one.origin == agent for agent, items in came.items() for one in items)


def test_arrivals_are_poisson() -> None:
    config, rng, rounds = news(public=0.3, private=0.3), np.random.default_rng(2), 1500
    public, private = [], []
    for round in range(rounds):
        came = arrivals(config, AGENTS[:4], AHEAD, round, rng)
        public.append(sum(one.kind == "public" for one in came["a00"]))
        private += [sum(one.kind == "private" for one in items) for items in came.values()]
    for counts in (np.array(public), np.array(private)):
        error = 4 * math.sqrt(0.74 * 0.26 / len(counts))
        assert (counts == 0).mean() == pytest.approx(0.740818, abs=error)
        assert counts.mean() == pytest.approx(0.3, abs=4 * math.sqrt(0.3 / len(counts)))
        assert counts.var() == pytest.approx(0.3, rel=0.15)


def test_a_signal_has_the_innovation_as_its_mean_and_the_inverse_precision_as_its_variance() -> None:
    rng = np.random.default_rng(3)
    heard = np.array([noisy(0.7, 4.0, rng) for _ in range(20_000)])
    assert heard.mean() == pytest.approx(0.7, abs=4 * 0.5 / math.sqrt(20_000))
    assert heard.var() == pytest.approx(0.25, rel=0.04)


def test_news_tells_of_rounds_to_come_that_are_drawn_already() -> None:
    sharp = Information(dt=1.0, news=News(public_rate=40.0, private_rate=0.0, public_precision=1e12))
    for one in arrivals(sharp, ["a"], AHEAD, 10, np.random.default_rng(4))["a"]:
        place = ("alpha", "beta").index(one.asset)
        assert 11 <= one.about <= 13
        assert one.signal == pytest.approx(AHEAD[one.about - 11][place], abs=1e-4)


def test_research_tells_more_the_more_is_spent_and_nothing_for_nothing() -> None:
    rng = np.random.default_rng(5)
    assert researched(news(), "a00", "beta", 0, AHEAD, 4, rng) is None
    little, much = (researched(news(), "a00", "beta", cents, AHEAD, 4, rng) for cents in (50, 400))
    assert little
    assert much
    assert (little.precision, much.precision, much.about) == (0.5, 4.0, 5)


def chain(*names: str) -> dict[str, tuple[str, ...]]:
    ends: dict[str, list[str]] = {name: [] for name in names}
    for one, other in pairwise(names):
        ends[one].append(other)
        ends[other].append(one)
    return {name: tuple(others) for name, others in ends.items()}


def test_an_item_goes_one_hop_a_round_and_keeps_its_origin() -> None:
    line, rng = chain("a", "b", "c", "d"), np.random.default_rng(1)
    inboxes = {"a": (item(),), "b": (), "c": (), "d": ()}
    reached = []
    for round in range(1, 4):
        inboxes = kept(inboxes, [forwarded(inboxes, line, 1.0, round, rng)], round)
        reached.append([agent for agent, items in inboxes.items() if items])
    assert reached == [["a", "b"], ["a", "b", "c"], ["a", "b", "c", "d"]]
    [last] = inboxes["d"]
    assert (last.origin, last.hops) == ("a00", 3)


def test_an_item_is_passed_on_with_chance_beta() -> None:
    star = {"hub": tuple(AGENTS), **dict.fromkeys(AGENTS, ())}
    inboxes = {"hub": tuple(item(name=str(one)) for one in range(200)), **dict.fromkeys(AGENTS, ())}
    came = forwarded(inboxes, star, 0.3, 1, np.random.default_rng(2))
    share = sum(len(items) for items in came.values()) / 4000
    assert share == pytest.approx(0.3, abs=4 * math.sqrt(0.21 / 4000))
    assert forwarded(inboxes, star, 0.0, 1, np.random.default_rng(2)) == {}


def test_nobody_hears_an_item_twice_nor_one_that_is_over_nor_public_news_from_a_neighbour() -> None:
    pair, rng = chain("a", "b", "c"), np.random.default_rng(1)
    known = item(name="known")
    inboxes = {
        "a": (known, item(about=1, name="over"), item(kind="public", name="all")),
        "b": (known,),
        "c": (known,),
    }
    assert forwarded(inboxes, pair, 1.0, 1, rng) == {}
    # two neighbours with the same item: it comes once
    both = {"a": (known,), "b": (), "c": (known,)}
    assert [one.id for one in forwarded(both, pair, 1.0, 1, rng)["b"]] == ["known"]


def test_what_is_over_leaves_the_inbox() -> None:
    after = kept({"a": (item(about=5, name="now"), item(about=6, name="later"))}, [{"a": [item(name="new")]}], 5)
    assert [one.id for one in after["a"]] == ["later", "new"]


def test_signals_add_up_by_their_precisions() -> None:
    items = [item(signal=1.0, precision=1.0), item(signal=-0.5, precision=2.0), item(about=8, signal=9.0)]
    assert innovation_of(items, "alpha", range(9, 10)) == pytest.approx((0.0, 0.75))
    assert innovation_of(items, "beta", range(9, 10)) == (0.0, 0.0)
    mean, gone = innovation_of(items[:1], "alpha", range(9, 13))
    assert (mean, gone) == pytest.approx((0.5 / 2, 0.125))


@pytest.mark.parametrize("kind", ["ring", "random", "small_world", "scale_free"])
def test_a_network_has_the_degrees_of_its_kind(kind: str) -> None:
    agents = [f"a{one:04d}" for one in range(600)]
    found = network(News(network=kind, degree=6, rewire=0.1), agents, np.random.default_rng(7))
    degrees = np.array([len(found[agent]) for agent in agents])
    assert all(agent in found[other] for agent in agents for other in found[agent])
    assert degrees.mean() == pytest.approx(6, abs=0.4)
    # of a ring all are alike, of a random graph Poisson, of a scale-free one a few have very many
    spread = {"ring": (0, 0), "small_world": (0.2, 1.2), "random": (2.0, 2.9), "scale_free": (4.0, 20.0)}[kind]
    assert spread[0] <= degrees.std() <= spread[1]


def test_a_small_world_is_nearer_together_than_its_ring_and_more_clustered_than_chance() -> None:
    import networkx as nx

    agents = [f"a{one:03d}" for one in range(200)]

    def graph(kind: str) -> nx.Graph:
        found = network(News(network=kind, degree=6, rewire=0.1), agents, np.random.default_rng(1))
        return nx.Graph([(one, other) for one, others in found.items() for other in others])

    ring, small, random = (graph(kind) for kind in ("ring", "small_world", "random"))
    assert nx.average_shortest_path_length(small) < 0.4 * nx.average_shortest_path_length(ring)
    assert nx.average_clustering(small) > 5 * nx.average_clustering(random)


def test_a_network_is_the_same_for_the_same_draws_and_small_groups_have_one_too() -> None:
    one, other = (network(News(), AGENTS, np.random.default_rng(3)) for _ in range(2))
    assert one == other
    assert network(News(network="none"), AGENTS, np.random.default_rng(3))["a00"] == ()
    for kind in ("ring", "random", "small_world", "scale_free"):
        for size in (1, 2, 3, 5):
            assert set(network(News(network=kind), AGENTS[:size], np.random.default_rng(1))) == set(AGENTS[:size])
