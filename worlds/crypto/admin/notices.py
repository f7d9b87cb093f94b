"""How somebody is told: on the console, in a file, in a Slack channel."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

import requests

from bots.adapters.llm import read_keys
from worlds.crypto.admin.alerts import Alert
from worlds.errors import WorldError

FILE_NAME = "alerts.jsonl"
SECONDS = 5.0
Notice = Callable[[Alert], str]
"""Tells somebody. Returns what went wrong, or nothing."""


def console(say: Callable[[str], None] = print) -> Notice:
    def tell(alert: Alert) -> str:
        say(f"{alert.at:%Y-%m-%d %H:%M} UTC  {alert.level.upper()}  {alert.rule}: {alert.text}")
        return ""

    return tell


def file(folder: Path) -> Notice:
    def tell(alert: Alert) -> str:
        with (folder / FILE_NAME).open("a", encoding="utf-8") as page:
            page.write(json.dumps(asdict(alert), default=str) + "\n")
        return ""

    return tell


def slack(address: str) -> Notice:
    """A channel by its webhook. `address` is a secret: it is in no message of ours."""

    def tell(alert: Alert) -> str:
        text = f"*{alert.level.upper()}* {alert.rule}: {_plain(alert.text)} ({alert.at:%Y-%m-%d %H:%M} UTC)"
        try:
            answer = requests.post(address, json={"text": text}, timeout=SECONDS)
        except requests.RequestException as error:
            return f"Slack could not be reached ({type(error).__name__})."
        return "" if answer.ok else f"Slack refused the message with status {answer.status_code}."

    return tell


def _plain(text: str) -> str:
    # Slack reads these three as marks of its own
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def webhook(setting: str) -> str:
    """The address behind `admin.slack_webhook`: empty, or `$NAME` of an environment variable that holds it.

    Raises WorldError for a variable that is not set.
    """
    if not setting:
        return ""
    address = read_keys().get(setting[1:])
    if urlsplit(address).scheme not in ("http", "https"):
        raise WorldError(f"admin.slack_webhook: {setting} is not set to an address in the environment.")
    return address
