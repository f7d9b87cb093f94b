"""Sellers who set prices for buyers who like what others buy: competition, alternating monopolies, frozen ones.

The model is that of A. Lucas, PNAS 119(40) e2206702119 (2022), arXiv 2204.05314.
"""
