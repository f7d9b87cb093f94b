"""The rules of trade: orders, order book, accounts, treatments, records. Pure: no I/O, no clock, no randomness."""
