"""oTree's settings: one session configuration for each treatment; secrets come from the environment."""

import sys
from os import environ

from market.designs import DESIGNS, design

SECRETS = ("OTREE_ADMIN_PASSWORD", "OTREE_SECRET_KEY", "OTREE_AUTH_LEVEL")
# What a point, the treatment's unit of money, is worth in dollars unless the session says otherwise.
WORTH = {"dollars": 1.0, "cents": 0.01}

missing = [name for name in SECRETS if not environ.get(name)]
if environ.get("OTREE_PRODUCTION") and missing:
    sys.exit(
        f"A server in production needs {', '.join(missing)} in its environment; OTREE_AUTH_LEVEL is STUDY or DEMO."
    )


def _config(name: str) -> dict[str, object]:
    treatment = design(name)
    seats = len(treatment.roles) if treatment.fixed_seats else max(6, 3 * len(treatment.roles))
    return {
        "name": name,
        "display_name": f"{treatment.title} ({name})",
        "num_demo_participants": seats,
        "app_sequence": ["otree_app"],
        "treatment": name,
        "real_world_currency_per_point": WORTH.get(treatment.currency, 0.01),
        "period_seconds": 0.0,
        "result_seconds": 0.0,
        "humans": 0,
        "bots": 0,
        "seed": 0,
        "doc": "period_seconds, result_seconds: 0 keeps the treatment's own. bots: how many of the last seats.",
    }


CUSTOM = {
    **_config("asset_cda"),
    "name": "custom",
    "display_name": "A treatment of your own",
    "treatment": "custom",
    "treatment_file": "treatment.toml",
    "doc": "treatment_file: a TOML file on the server; try it with python -m market check FILE.",
}
SESSION_CONFIGS = [*(_config(name) for name in DESIGNS), CUSTOM]
SESSION_CONFIG_DEFAULTS = {"real_world_currency_per_point": 0.01, "participation_fee": 0.0}
PARTICIPANT_FIELDS: list[str] = []
SESSION_FIELDS: list[str] = []
ROOMS = [{"name": "lab", "display_name": "Lab"}]
LANGUAGE_CODE = "en"
REAL_WORLD_CURRENCY_CODE = "USD"
USE_POINTS = True
POINTS_DECIMAL_PLACES = 2
ADMIN_USERNAME = "admin"
ADMIN_PASSWORD = environ.get("OTREE_ADMIN_PASSWORD", "")
SECRET_KEY = environ.get("OTREE_SECRET_KEY", "not-secret-in-development")
DEMO_PAGE_INTRO_HTML = ""
