"""A desk of analysts, researchers, traders and risk managers that learns as a population, on five coins."""
