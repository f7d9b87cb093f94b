"""Reads what the lab, the bots and the simulation record: tables, measures, figures, reports."""
