"""Dependency-Track 4 and 5."""
