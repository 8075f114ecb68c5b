"""Floor 6: the command line. One module a noun; whatever is slow to import is imported where it is used."""
