"""dojo-tui: a connector manager for DefectDojo that lives in a terminal."""

__version__ = "0.1.0"
