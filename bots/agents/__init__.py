"""Traders: what decides. The same objects play in a browser, headless and in a replay."""
