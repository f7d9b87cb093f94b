"""Traders that play in real browsers: they decide, and act through the same page as people."""
