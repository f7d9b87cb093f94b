"""How goods change hands: matching, demand, surplus, efficiency, settlement. Knows nothing of budgets and news."""
