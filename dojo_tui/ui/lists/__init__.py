"""What each list shows: its columns, and how its ids and rows are read."""
