"""The outside world of the bots: browsers, pages, the oTree server."""
