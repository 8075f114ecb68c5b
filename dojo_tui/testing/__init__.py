"""For who writes a connector: a server on loopback to describe the tool with, and the kit that any connector passes."""

from dojo_tui.testing.kit import Check, conformance
from dojo_tui.testing.runs import TestRun
from dojo_tui.testing.server import Call, Reply, ToolServer
from dojo_tui.testing.world import Flaw, Subject, Thing, World

__all__ = ["Call", "Check", "Flaw", "Reply", "Subject", "TestRun", "Thing", "ToolServer", "World", "conformance"]
