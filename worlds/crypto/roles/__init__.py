"""The four roles: what an agent of each makes of what it is given, and the parameters it can learn."""
