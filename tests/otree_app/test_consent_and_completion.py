"""Sentences about the text that people consent to, and the link that takes them back to their panel."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from market.language import LANGUAGES
from market.treatments import TreatmentError
from otree_app.completion import check_completion, completion_link
from otree_app.consent_text import consent_text, parsed

PROLIFIC = "https://app.prolific.com/submissions/complete?cc=C1ABC"
SONA = "https://lab.sona-systems.com/webstudy_credit.aspx?experiment_id=1&credit_token=ab&survey_code={label}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_with_a_version_is_shipped_in_every_language(language: str) -> None:
    text = consent_text({}, language)
    assert text.version == "2026-1"
    assert len(text.paragraphs) >= 5
    assert not any("Version:" in one for one in text.paragraphs)


def test_the_labs_own_text_is_used_and_its_hash_covers_the_whole_file(tmp_path: Path) -> None:
    file = tmp_path / "consent.txt"
    file.write_text("Version: ours 3\n\nOne\nline.\n\nTwo.\n", encoding="utf-8")
    text = consent_text({"consent_file": str(file)}, "en")
    assert text.version == "ours 3"
    assert text.paragraphs == ("One line.", "Two.")
    assert text.sha256 == sha256(file.read_bytes()).hexdigest()


def test_a_text_without_a_version_is_named_by_its_hash() -> None:
    text = parsed("Just this.")
    assert text.version == text.sha256[:8]
    assert text.paragraphs == ("Just this.",)


def test_a_text_that_cannot_be_read_or_is_empty_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TreatmentError, match=r"consent_file: .*missing\.txt cannot be read"):
        consent_text({"consent_file": str(tmp_path / "missing.txt")}, "en")
    with pytest.raises(TreatmentError, match="consent_file: it is empty"):
        parsed("Version: 1\n\n")


@pytest.mark.parametrize("url", ["", PROLIFIC, SONA, "http://localhost:8000/done/{code}"])
def test_links_of_panels_are_taken(url: str) -> None:
    check_completion({"completion_url": url})


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example/x",
        "app.prolific.com/x",
        "https://",
        "https://{label}.example.org/",
        "https://a.example/{name}",
        "https://a.example/{label!r}",
        "https://a.example/{label:>9}",
        "https://a.example/{}",
        "https://a.example/{label",
        "https://[bad/",
    ],
)
def test_what_is_no_link_is_refused_with_the_name_of_the_setting(url: str) -> None:
    with pytest.raises(TreatmentError, match="completion_url"):
        check_completion({"completion_url": url})


def test_labels_are_escaped_in_links() -> None:
    link = completion_link({"completion_url": SONA}, label='a&b="c"/ü', code="x1")
    assert link.endswith("survey_code=a%26b%3D%22c%22%2F%C3%BC")
    assert completion_link({}, label="a", code="x1") == ""
