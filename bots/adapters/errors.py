"""What goes wrong outside: set-up that a person has to put right, and browsers that go away."""


class SetupError(Exception):
    """A run cannot start. The message says what was wrong, what was expected and what to do."""


class BrowserGone(Exception):
    """A page, its tab or its browser no longer answers: open another one and join again."""
