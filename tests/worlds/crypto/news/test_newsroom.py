"""Who reads the news of a desk, and how old a story is that is found again."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bots.adapters.llm import Keys, Scripted
from tests.worlds.crypto.news.test_news import NOON, RALLY, item, line_to
from worlds.crypto.news.newsroom import Newsroom, newsroom
from worlds.crypto.settings import Config, DataSettings, NewsSettings
from worlds.errors import WorldError
from worlds.models import Asked, Line


def test_the_model_that_the_configuration_names_reads_within_the_budget_of_the_run(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    path.write_text(json.dumps({"title": RALLY, "url": "https://a.example/1", "published_at": "2026-03-02T08:00:00Z"}))
    news = NewsSettings(use_llm_news=True, llm_model="scripted")
    config = Config(data=DataSettings(offline_news_jsonl=str(path)), news=news)
    reader = Scripted(lambda _: json.dumps({"sentiment": -1.0, "importance": 1.0}), name="scripted")
    trader = Scripted(lambda _: "never asked", name="trader")
    line = Line(Asked(name="trader", local={"scripted": reader, "trader": trader}, keys=Keys({})))
    room = newsroom(config, NOON, line)
    assert room is not None
    assert room.told(NOON)[0].by == "model"
    assert room.moods(("BTC",), NOON)["BTC"] < 0
    with pytest.raises(WorldError, match=r"news\.llm_model nobody"):
        newsroom(replace(config, news=replace(news, llm_model="nobody")), NOON, line)


def test_a_story_that_is_found_again_stays_as_old_as_it_was_and_is_not_read_again() -> None:
    asked = []

    def say(request: Any) -> str:
        asked.append(request.key)
        return json.dumps({"sentiment": 0.5, "importance": 0.9})

    line, story = line_to(say), item(RALLY)
    first = Newsroom([story], 7, line)
    mood_then = first.moods(("BTC",), NOON)
    again = replace(story, seen=NOON + timedelta(hours=4))
    second = Newsroom([again], 7, line, first)
    assert second.moods(("BTC",), NOON) == mood_then
    assert [one.seen for one in second.told(NOON + timedelta(hours=5))] == [NOON]
    assert len(asked) == 1
