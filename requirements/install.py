"""Installs what this folder lists into `.venv`, and Debian's browsers and databases. Standard library alone."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
SCRIPTS = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = SCRIPTS / ("python.exe" if os.name == "nt" else "python")
PYTHONS = ((3, 11), (3, 12))


class Stop(Exception):
    """A reason to end, in words for the user."""


def set_up(requirements: Path) -> None:
    """Make `.venv` and install the pinned packages, unless this was done before with the same lists."""
    if sys.version_info[:2] not in PYTHONS:
        raise Stop(
            f"oTree and its pinned packages take Python 3.11 or 3.12, this is {sys.version.split()[0]}. "
            "Install one of these and start again with it: python3.11 pit.py demo"
        )
    stamp, wanted = VENV / f"{requirements.stem}.installed", fingerprint(requirements)
    if stamp.exists() and stamp.read_text() == wanted and PYTHON.exists():
        return
    make_venv()
    say(f"Installing {requirements.relative_to(ROOT)} into .venv (a minute or two) ...")
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", "requirements.txt"]
    if subprocess.call([*pip, "-r", str(requirements)], cwd=ROOT):
        raise Stop(
            "the packages could not be installed (see above). Without a network, name an index that can be reached "
            "(PIP_INDEX_URL), then run the same command again."
        )
    stamp.write_text(wanted)


def fingerprint(requirements: Path) -> str:
    lists = {ROOT / "requirements.txt", *requirements.parent.glob("*.txt")}  # lists name one another
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(lists))).hexdigest()


def make_venv() -> None:
    made = VENV / "made"  # an interrupted one has no such mark, and is made anew
    if made.exists():
        return
    shutil.rmtree(VENV, ignore_errors=True)
    make = [sys.executable, "-m", "venv", str(VENV)]
    if subprocess.call(make) == 0:
        made.touch()
        return
    shutil.rmtree(VENV, ignore_errors=True)
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if not apt_install(package):
        raise Stop(f"this Python makes no virtual environments. Debian or Ubuntu: sudo apt-get install {package}")
    subprocess.check_call(make)
    made.touch()


def make_sure_of_a_browser() -> None:
    """Chrome or Chromium with its driver; the search is the one that the bots use."""
    search = [str(PYTHON), "-m", "bots.adapters.web_driver"]
    if subprocess.run(search, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
        return
    if not apt_install("chromium", "chromium-driver") or subprocess.call(search, cwd=ROOT, stdout=subprocess.DEVNULL):
        raise Stop(
            "no Chrome or Chromium with its driver was found. Debian or Ubuntu: sudo apt-get install chromium "
            "chromium-driver. macOS: brew install --cask google-chrome chromedriver. Windows: install Google Chrome."
        )


def find_a_database_server() -> None:
    """Postgres for the tests that need one; without it they are skipped and say so."""
    if not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")) and not shutil.which("initdb"):
        apt_install("postgresql")


def apt_install(*packages: str) -> bool:
    """True when Debian's packages were installed; only root on such a system can."""
    if not shutil.which("apt-get") or getattr(os, "geteuid", lambda: 1)() != 0:
        return False
    say(f"Installing {' and '.join(packages)} with apt-get ...")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", *packages]):
        status = subprocess.call(["apt-get", "-qq", *command], env=environment, stdout=subprocess.DEVNULL)
    return status == 0


def say(text: str) -> None:
    print(text, flush=True)
