"""Benchmarks that move by chance, forecasts of them that mature, and news. Knows nothing of markets or money."""
