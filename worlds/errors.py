"""Mistakes of the user's, and models that are gone: what was wrong, what was expected, what to do."""


class WorldError(Exception):
    """A run that cannot be started or cannot go on, or a folder that cannot be used."""


class ModelLost(WorldError):
    """A model that will not answer any more. What was done before is kept."""
