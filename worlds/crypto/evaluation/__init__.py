"""How well a lane did, beside what, and how sure that is."""
