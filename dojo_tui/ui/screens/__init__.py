"""One screen and one style sheet a module; each is imported when it is first opened."""
