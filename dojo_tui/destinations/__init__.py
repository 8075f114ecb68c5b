"""Floor 3: where Findings are stored, behind the protocol of ``base``."""
