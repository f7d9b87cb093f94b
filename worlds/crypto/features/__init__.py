"""What is computed from bars once and shared by all agents."""
