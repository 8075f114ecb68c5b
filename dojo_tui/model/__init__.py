"""Floor 1: plain typed data and pure rules. Nothing here does I/O or knows what is above."""
