"""For who writes a connector: a server on loopback to describe the tool with, and the kit that any connector passes."""

from dojo_tui.testing.runs import TestRun
from dojo_tui.testing.server import Call, Reply, ToolServer

__all__ = ["Call", "Reply", "TestRun", "ToolServer"]
