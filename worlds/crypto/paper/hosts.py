"""The hosts that paper trading may talk to: Bybit's test network and this machine."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from worlds.errors import WorldError

TESTNET = "api-testnet.bybit.com"


def own_address(url: str) -> str:
    """The address of an exchange on this machine. Raises WorldError for any other host."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not _is_loopback(parts.hostname or ""):
        raise WorldError(
            f"--exchange-url {url}: only an exchange on this machine may stand in for Bybit's test network. "
            "Expected such as http://127.0.0.1:8070 (`python -m worlds.crypto exchange` starts one)."
        )
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def only_testnet(client: Any) -> None:
    """Raise WorldError where any address of the client leads to real money."""
    for address in client.urls["api"].values():
        host = urlsplit(client.implode_hostname(address)).hostname or ""
        if host != TESTNET and not _is_loopback(host):
            raise WorldError(f"Paper trading goes to {TESTNET} alone, and this client would go to {host}.")
