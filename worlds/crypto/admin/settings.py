"""The administrator of a configuration: its limits, and the ways on which it tells."""

from __future__ import annotations

from pathlib import Path

from worlds.crypto.admin.alerts import Limits
from worlds.crypto.admin.notices import Notice, console, file, slack, webhook
from worlds.crypto.settings import AdminSettings


def limits_of(settings: AdminSettings) -> Limits:
    return Limits(
        max_drawdown=settings.max_drawdown_pct / 100,
        daily_loss=settings.daily_loss_limit_pct / 100,
        breaches=settings.risk_breach_threshold,
    )


def notices_of(settings: AdminSettings, folder: Path) -> list[Notice]:
    """Console, a file in the run's folder and, where one is named, a Slack channel; none where the administrator is
    switched off. Raises WorldError for a webhook that is not in the environment."""
    if not settings.enabled:
        return []
    channel = webhook(settings.slack_webhook)
    return [console(), file(folder), *([slack(channel)] if channel else [])]
