"""A run as its user thinks of it: an experiment with seats."""
