"""Teams that produce and trade forecasts: markets, information and budgets as one deterministic economy."""

from worlds.forecast_goods.beginning import begin
from worlds.forecast_goods.config import Config
from worlds.forecast_goods.state import State
from worlds.forecast_goods.step import Round, step

__all__ = ["Config", "Round", "State", "begin", "step"]
