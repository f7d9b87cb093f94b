"""Mistakes of the user's: what was wrong, what was expected, what to do."""


class SimulationError(Exception):
    """A run that cannot be started, or a folder that cannot be used."""
