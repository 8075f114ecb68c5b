"""SARIF 2.1.0 (OASIS), as real producers write it: first ``survey``, then ``results``."""
