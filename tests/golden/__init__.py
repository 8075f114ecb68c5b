"""Golden files: every export, byte for byte, so that moving code is provably only moving."""
