"""Four-hour bars of several coins: read, checked, downloaded or drawn by chance. Knows no agents."""
