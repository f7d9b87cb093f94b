"""What goes wrong outside: set-up that a person has to put right, pages that are left, browsers that go away."""


class SetupError(Exception):
    """A run cannot start. The message says what was wrong, what was expected and what to do."""


class BrowserGone(Exception):
    """A tab or its browser no longer answers: open another one and join again."""


class PageLeft(Exception):
    """The page does not offer what was asked of it, most often because the participant has moved on."""
