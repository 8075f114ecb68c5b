"""Floor 5: the terminal app. Knows no SQL, no HTTP and no tool by name."""
