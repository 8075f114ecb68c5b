"""Floor 3: adapters to tools, one module a tool, behind the protocol of ``base``."""
