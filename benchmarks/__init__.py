"""What dojo-tui costs, each figure against a bare reference in the same run. Start with ``make bench``."""
