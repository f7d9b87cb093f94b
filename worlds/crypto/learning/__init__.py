"""How the population learns: pipelines are tried, agents scored, knowledge moves, diversity is kept."""
