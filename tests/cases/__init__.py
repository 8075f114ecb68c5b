"""Cases from public bug reports, played through the command line."""
