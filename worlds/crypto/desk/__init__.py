"""The desk's books: what is proposed, what the risk role lets through, and what becomes of the money."""
