"""A throw-away world to try the program in: real reports, offline, gone at the end (floor 6)."""
