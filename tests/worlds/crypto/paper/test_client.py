"""The line to Bybit: signed by ccxt, to the test network or this machine alone."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
import requests

from tests.worlds.crypto.paper.exchanges import KEYS, client_of, exchange
from worlds.crypto.paper.client import PLAY_KEYS, Keys, Unreachable, connect
from worlds.crypto.paper.local_market import LocalMarket, Rejected
from worlds.crypto.paper.tickets import Refusal, Standing, Ticket
from worlds.errors import WorldError


def buy(link: str, coins: str, **more: object) -> Ticket:
    return Ticket(link=link, symbol="SOL", side="Buy", quantity=Decimal(coins), **more)  # type: ignore[arg-type]


def test_what_the_exchange_takes_of_a_coin_is_read_from_it() -> None:
    with exchange() as running:
        sol = client_of(running).instruments(["SOL"])["SOL"]
    assert (sol.lot, sol.tick, sol.least_value) == (Decimal("0.1"), Decimal("0.001"), Decimal(5))


def test_a_coin_that_is_not_traded_there_is_named() -> None:
    with exchange() as running, pytest.raises(WorldError, match="--symbols PEPE: PEPEUSDT is not traded"):
        client_of(running).instruments(["PEPE"])


def test_an_order_fills_and_becomes_a_position() -> None:
    with exchange() as running:
        client = client_of(running)
        standing = client.place(buy("a-1", "2"))
        assert isinstance(standing, Standing)
        assert (standing.state, standing.filled, standing.mean_price) == ("filled", Decimal(2), Decimal("100.01"))
        assert client.positions() == {"SOL": Decimal(2)}
        assert client.equity() == Decimal(10_000) - standing.fee - 2 * Decimal("0.01")


def test_the_same_order_sent_twice_is_one_order() -> None:
    with exchange() as running:
        client = client_of(running)
        assert client.place(buy("a-1", "2")) == client.place(buy("a-1", "2"))
        assert client.positions() == {"SOL": Decimal(2)}


@pytest.mark.parametrize(
    ("coins", "more", "reason"),
    [
        ("0.15", {}, "Qty invalid"),
        ("100000", {}, "not enough"),
        ("0.1", {"price": Decimal("10")}, "notional value"),
        ("2", {"price": Decimal("99.0005")}, "tick"),
        ("2", {"reduce_only": True}, "reduce-only"),
    ],
)
def test_an_order_that_is_not_taken_comes_back_with_the_reason(
    coins: str, more: dict[str, object], reason: str
) -> None:
    with exchange() as running:
        refusal = client_of(running).place(buy("a-1", coins, **more))
    assert isinstance(refusal, Refusal)
    assert reason in refusal.reason


def test_a_wrong_secret_is_refused_and_appears_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with exchange() as running, pytest.raises(WorldError, match="does not take the keys") as refused:
        client_of(running, Keys("pit-key", "another-secret")).equity()
    told = f"{refused.value}{caplog.text}{Keys('pit-key', 'another-secret')!r}"
    assert "another-secret" not in told
    assert "pit-key" not in told


@pytest.mark.parametrize("spoil", ["X-BAPI-SIGN", "X-BAPI-TIMESTAMP", "X-BAPI-API-KEY"])
def test_a_request_with_a_spoilt_header_is_refused(spoil: str) -> None:
    headers = {"X-BAPI-API-KEY": KEYS.key, "X-BAPI-TIMESTAMP": "1", "X-BAPI-SIGN": "0"} | {spoil: "7"}
    with exchange() as running:
        answer = requests.get(f"{running.url}/v5/account/wallet-balance", headers=headers, timeout=5).json()
    assert answer["retCode"] in (10002, 10003, 10004)
    assert answer["result"] == {}


@pytest.mark.parametrize(
    "url",
    [
        "https://api.bybit.com",
        "https://api-testnet.bybit.com.evil.example",
        "http://192.168.1.20:8070",
        "http://127.0.0.1.evil.example",
        "ftp://127.0.0.1",
        "127.0.0.1:8070",
    ],
)
def test_no_other_host_than_this_machine_stands_in_for_the_test_network(url: str) -> None:
    with pytest.raises(WorldError, match="only an exchange on this machine"):
        connect(KEYS, url)


def test_without_an_address_every_request_goes_to_the_test_network(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def send(_: requests.Session, request: requests.PreparedRequest, **__: object) -> requests.Response:
        asked.append(request.url)
        raise requests.ConnectionError

    monkeypatch.setattr(requests.Session, "send", send)
    client = connect(KEYS)
    for ask in (client.now, client.equity, client.positions, lambda: client.place(buy("a-1", "2"))):
        with pytest.raises(Unreachable):
            ask()
    assert len(asked) == 4
    assert all(str(url).startswith("https://api-testnet.bybit.com/") for url in asked)


def test_missing_keys_are_named_with_where_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BYBIT_TESTNET_KEY", raising=False)
    monkeypatch.setenv("BYBIT_TESTNET_SECRET", "s")
    with pytest.raises(WorldError, match="needs BYBIT_TESTNET_KEY: make a key on testnet"):
        Keys.from_environment()


def test_without_keys_the_exchange_of_this_machine_is_asked_with_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BYBIT_TESTNET_KEY", "BYBIT_TESTNET_SECRET"):
        monkeypatch.delenv(name, raising=False)
    assert Keys.from_environment(PLAY_KEYS) == PLAY_KEYS
    monkeypatch.setenv("BYBIT_TESTNET_KEY", "k")
    monkeypatch.setenv("BYBIT_TESTNET_SECRET", "s")
    assert Keys.from_environment(PLAY_KEYS) == Keys("k", "s")


def test_leverage_that_is_already_set_is_no_error() -> None:
    with exchange() as running:
        client = client_of(running)
        client.set_leverage("SOL", Decimal(3))
        client.set_leverage("SOL", Decimal(3))
        assert running.market.account.leverage == {"SOL": Decimal(3)}
        assert client.set_leverage("SOL", Decimal(3)) == ""


@contextmanager
def answering(status: int, page: bytes = b"", **headers: str) -> Iterator[str]:
    """A server that answers everything alike."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(page))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            return

    running = HTTPServer(("127.0.0.1", 0), Answers)
    Thread(target=running.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{running.server_port}"
    finally:
        running.shutdown()
        running.server_close()


def test_a_redirect_is_not_followed_since_signed_headers_would_go_with_it() -> None:
    with exchange() as elsewhere, answering(307, Location=f"{elsewhere.url}/v5/account/wallet-balance") as url:
        client = connect(KEYS, url, seconds=2)
        with pytest.raises(WorldError, match="does not answer as Bybit does"):
            client.equity()


def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with exchange() as running:
        assert client_of(running).equity() == Decimal(10_000)


@pytest.mark.parametrize("page", [b"<html>busy</html>", b'{"retCode":10016,"retMsg":"server error","result":{}}'])
def test_an_answer_that_says_nothing_of_what_was_done_counts_as_none(page: bytes) -> None:
    with answering(200, page) as url, pytest.raises(Unreachable):
        connect(KEYS, url, seconds=2).equity()


def test_a_leverage_that_the_exchange_does_not_take_comes_back_with_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise Rejected(110013, "cannot set leverage gt maxLeverage")

    with exchange() as running:
        monkeypatch.setattr(LocalMarket, "set_leverage", refuse)
        assert "gt maxLeverage" in client_of(running).set_leverage("SOL", Decimal(3))


def test_a_clock_that_is_wrong_is_told_as_that(monkeypatch: pytest.MonkeyPatch) -> None:
    with exchange() as running:
        client = client_of(running)
        monkeypatch.setattr(client._client, "milliseconds", lambda: 1_000)
        with pytest.raises(WorldError, match="clock wrong"):
            client.equity()
