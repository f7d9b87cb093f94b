"""The text that people consent to: shipped in each language, or the lab's own file; frozen when a session is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from market.treatments import TreatmentError

SHIPPED = Path(__file__).parent / "consent"
KEPT = "openpit_consent"
VERSION = "Version:"


@dataclass(frozen=True, slots=True)
class ConsentText:
    """What is shown, and what is recorded with an answer: the version, and the hash of the whole file."""

    version: str
    sha256: str
    paragraphs: tuple[str, ...]


def consent_text(config: Mapping[str, Any], language: str) -> ConsentText:
    """The text of a session. Raises TreatmentError when the lab's own file cannot be used."""
    path = Path(config["consent_file"]) if config.get("consent_file") else SHIPPED / f"{language}.txt"
    try:
        return parsed(path.read_bytes().decode("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise TreatmentError(f"consent_file: {path} cannot be read on the server ({error}).") from error


def parsed(text: str) -> ConsentText:
    """Paragraphs stand apart by empty lines. A first line "Version: ..." names the version, otherwise the hash does."""
    digest = sha256(text.encode()).hexdigest()
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").strip()
    first, _, rest = plain.partition("\n")
    version = first.removeprefix(VERSION).strip() if first.startswith(VERSION) else digest[:8]
    body = rest if first.startswith(VERSION) else plain
    paragraphs = tuple(" ".join(one.split()) for one in body.split("\n\n") if one.strip())
    if not paragraphs:
        raise TreatmentError("consent_file: it is empty; write what people consent to.")
    return ConsentText(version, digest, paragraphs)


def freeze(session: Any, language: str) -> None:
    """Keep the text with the session, so that everybody in it reads and consents to the same. Raises TreatmentError."""
    session.vars[KEPT] = asdict(consent_text(session.config, language))


def frozen(session: Any) -> ConsentText:
    kept = session.vars[KEPT]
    return ConsentText(kept["version"], kept["sha256"], tuple(kept["paragraphs"]))
