"""Floor 4: discover, sync, mapping, operations and the scheduler. Plain synchronous code, run in threads."""
