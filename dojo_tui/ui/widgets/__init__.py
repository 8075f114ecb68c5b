"""Widgets that are drawn line by line and repaint only what changed."""
