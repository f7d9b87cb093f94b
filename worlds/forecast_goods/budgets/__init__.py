"""Who may spend how much on research: what spending is checked for, and rules that move budgets to the better ones."""
