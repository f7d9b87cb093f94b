"""oTree set up once in this process, on a database in memory, for tests of the lab's parts without a server."""

from __future__ import annotations

import os
import tempfile

# oTree opens files where it runs, and decides on its database when it is imported.
_here = os.getcwd()
os.chdir(tempfile.mkdtemp())
os.mkdir("_static")
os.environ["OTREE_IN_MEMORY"] = "1"
import otree.main  # noqa: E402

otree.main.setup()
del os.environ["OTREE_IN_MEMORY"]
os.chdir(_here)
