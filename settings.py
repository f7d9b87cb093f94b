"""oTree's settings: one session configuration for each treatment; secrets come from the environment."""

import sys
from fractions import Fraction
from os import environ

from market.designs import DESIGNS, design

SECRETS = ("OTREE_ADMIN_PASSWORD", "OTREE_SECRET_KEY", "OTREE_AUTH_LEVEL")

DEVELOPMENT = "not-secret-in-development"
# What stands in examples and what people try first.
KNOWN_TO_ALL = {DEVELOPMENT, "admin", "password", "passwort", "secret", "changeme", "otree", "openpit", "test", "key"}


def _unfit() -> list[str]:
    """The names of what keeps a server from running in production."""
    wrong = [name for name in SECRETS if not environ.get(name)]
    wrong += [name for name in (*SECRETS, "OTREE_REST_KEY") if environ.get(name, "").lower() in KNOWN_TO_ALL]
    return wrong + ["OTREE_AUTH_LEVEL"] * (environ.get("OTREE_AUTH_LEVEL", "") not in ("", "STUDY", "DEMO"))


if environ.get("OTREE_PRODUCTION") and (unfit := _unfit()):
    sys.exit(
        f"A server in production needs {', '.join(unfit)} in its environment, each a secret of its own that is not "
        "known to all; OTREE_AUTH_LEVEL is STUDY or DEMO."
    )


DOC = (
    "period_seconds, result_seconds: 0 keeps the treatment's own. bots: how many of the last seats. completion_url: "
    "where people report back to a panel, with {label} and {code}. consent_file: a text on the server instead of ours. "
    "What people are paid is the treatment's: change it in a file of your own."
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
        "real_world_currency_per_point": float(Fraction(treatment.pay.rate)),
        "participation_fee": float(Fraction(treatment.pay.show_up_fee)),
        "period_seconds": 0.0,
        "result_seconds": 0.0,
        "humans": 0,
        "bots": 0,
        "seed": 0,
        "completion_url": "",
        "consent_file": "",
        "doc": DOC,
    }


CUSTOM = {
    **_config("asset_cda"),
    "name": "custom",
    "display_name": "A treatment of your own",
    "treatment": "custom",
    "treatment_file": "treatment.toml",
    "doc": f"treatment_file: a TOML file on the server; try it with python -m market check FILE. {DOC}",
}
SESSION_CONFIGS = [*(_config(name) for name in DESIGNS), CUSTOM]
SESSION_CONFIG_DEFAULTS = {"real_world_currency_per_point": 0.01, "participation_fee": 0.0}
PARTICIPANT_FIELDS: list[str] = []
SESSION_FIELDS: list[str] = []
ROOMS = [{"name": "lab", "display_name": "Lab"}]
LANGUAGE_CODE = "en"
REAL_WORLD_CURRENCY_CODE = "USD"
USE_POINTS = True
# enough that a payment in cents can be said in points of up to a hundred units of money
POINTS_DECIMAL_PLACES = 4
ADMIN_USERNAME = "admin"
ADMIN_PASSWORD = environ.get("OTREE_ADMIN_PASSWORD", "")
SECRET_KEY = environ.get("OTREE_SECRET_KEY", DEVELOPMENT)
DEMO_PAGE_INTRO_HTML = ""
