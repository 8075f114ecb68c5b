"""A module of somebody else, with a bug."""

X = 1 / 0
