"""A server in production: what it demands, what its answers carry, and what it never shows."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import requests

from pit import ROOT, SERVED, Server
from requirements.zip_project import BESIDE, zip_project
from tests.lab import new_session

SECRET = {"OTREE_PRODUCTION": "1", "OTREE_AUTH_LEVEL": "STUDY", "OTREE_ADMIN_PASSWORD": "a-long-password"}
SECRET |= {"OTREE_SECRET_KEY": "a-long-secret-of-the-lab", "OTREE_REST_KEY": "a-long-rest-key"}


def settings_say(**changes: str) -> tuple[int, str]:
    """(exit code, words) of reading the settings as a server in production does."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OTREE")}
    environment = {**kept, **SECRET, **changes, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", "import settings"]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def test_production_runs_with_secrets_of_its_own() -> None:
    assert settings_say() == (0, "")


@pytest.mark.parametrize("name", ["OTREE_ADMIN_PASSWORD", "OTREE_SECRET_KEY", "OTREE_AUTH_LEVEL"])
def test_production_does_not_start_without(name: str) -> None:
    code, said = settings_say(**{name: ""})
    assert code
    assert name in said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OTREE_SECRET_KEY", "not-secret-in-development"),
        ("OTREE_ADMIN_PASSWORD", "admin"),
        ("OTREE_ADMIN_PASSWORD", "password"),
        ("OTREE_REST_KEY", "key"),
        ("OTREE_AUTH_LEVEL", "EVERYBODY"),
    ],
)
def test_production_does_not_start_with_a_secret_that_is_none(name: str, value: str) -> None:
    code, said = settings_say(**{name: value})
    assert code
    assert name in said


def answer(server: Server, path: str, proxied: bool) -> requests.Response:
    headers = {"x-forwarded-proto": "https"} if proxied else {}
    return requests.get(server.address + path, headers=headers, allow_redirects=False, timeout=20)


@pytest.mark.parametrize("path", ["/login", "/openpit/health", "/static/openpit/market.js", "/nosuchpage"])
def test_every_answer_has_the_headers_that_keep_it_to_itself(path: str, lab: Server) -> None:
    reply = answer(lab, path, proxied=False)
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["x-frame-options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in reply.headers["content-security-policy"]
    assert "strict-transport-security" not in reply.headers
    assert "strict-transport-security" in answer(lab, path, proxied=True).headers


def test_behind_a_proxy_with_https_cookies_are_sent_by_https_alone(lab: Server) -> None:
    plain, proxied = (answer(lab, "/login", proxied).headers["set-cookie"].lower() for proxied in (False, True))
    assert "httponly" in plain
    assert "samesite=lax" in plain
    assert "secure" not in plain
    assert proxied.count("secure") == 1


def test_who_is_well_says_so_and_nothing_about_people(lab: Server) -> None:
    code, seats = new_session(lab, seats=2)
    reply = answer(lab, "/openpit/health", proxied=False)
    assert reply.status_code == 200
    assert reply.json().keys() == {"ok", "database_ms", "markets", "pages", "memory_mb", "up_seconds"}
    assert not any(name in reply.text for name in (code, *seats))


def test_people_never_see_a_stack_trace(lab: Server) -> None:
    """Whatever breaks: here an export of oTree's own, which does not check that it was told of which app."""
    reply = requests.get(f"{lab.address}/api/export_app", headers={"otree-rest-key": lab.key}, timeout=20)
    assert reply.status_code == 500
    assert not any(word in reply.text for word in ("write_to_buf", "File &quot;", ".py", "ValueError"))


def test_the_packed_project_has_no_data_no_keys_and_no_database(tmp_path: Path) -> None:
    source = tmp_path / "project"
    source.mkdir()
    for part in (*SERVED, *BESIDE):
        (source / part).symlink_to(ROOT / part) if part != "bots" else (source / "bots/config").mkdir(parents=True)
    kept = {"bots/config/models.toml"}
    secret = {
        *("bots/config/.env", "bots/config/bot-links.cfg", ".env", "session-abc.zip", "backups/a.dump"),
        *("db.sqlite3", "db.sqlite3-wal", "bots/db.sqlite3-wal"),
        *("bot-data/debug-runs/run-1/manifest.json", "bot-data/servers/1/db.sqlite3"),
    }
    for name in (*kept, *secret):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("x")
    with tarfile.open(zip_project(SERVED, source, tmp_path)) as archive:
        names = {name.removeprefix("./") for name in archive.getnames()}
    assert names >= {"settings.py", "requirements.txt", "Procfile", "otree_app/live.py", *kept}
    assert not names & secret
    assert not any("bot-data" in name or "sqlite3" in name or "__pycache__" in name for name in names)
