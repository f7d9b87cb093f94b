"""What axe-core finds on the page that a browser shows: violations that keep people from using it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

AXE = Path(__file__).parent / "vendor" / "axe-core-4.14.1" / "axe.min.js"
GRAVE = ("serious", "critical")
RUN = """
const done = arguments[arguments.length - 1];
const wanted = { resultTypes: ["violations"] };
axe.run(document, wanted).then((found) => done(found.violations), (error) => done(String(error)));
"""


def violations(driver: Any) -> list[str]:
    """Serious and critical ones of the page as it stands, a line for each element: rule, element, what is wrong."""
    if not driver.execute_script("return Boolean(window.axe)"):
        driver.execute_script(AXE.read_text("utf-8"))
    found = driver.execute_async_script(RUN)
    if isinstance(found, str):
        raise RuntimeError(f"axe-core could not look at {driver.current_url}: {found}")
    return [_line(rule, node) for rule in found if rule["impact"] in GRAVE for node in rule["nodes"]]


def _line(rule: dict[str, Any], node: dict[str, Any]) -> str:
    why = " ".join(node["failureSummary"].split())
    return f"{rule['id']} ({rule['impact']}): {' '.join(map(str, node['target']))}: {why}"
