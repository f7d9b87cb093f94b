"""Other economies beside the lab's market: each a package with a command line of its own."""
