"""What stands in the way of an Operation, or of one Record in it: it tells which action helps."""

from __future__ import annotations

from enum import StrEnum


class Cause(StrEnum):
    """Kept with each outcome, so that help can be offered long after the error is gone."""

    UNKNOWN = ""
    SECRET = "secret"  # noqa: S105 -- the word, not one
    """The Connector's secret cannot be read, or the tool refused it or what it may do."""
    SETTINGS = "settings"
    """The location or an option does not lead to the tool."""
    TOOL = "tool"
    """The tool gave nothing, not all of it, or something that cannot be read."""
    REPORT = "report"
    """A report on this machine is missing or cannot be read."""
    DESTINATION = "destination"
    """The destination refused or failed."""
    STALE = "stale"
    """The Product, Engagement or Test is gone at the destination."""
    MISSING = "missing"
    """The last complete Discover did not see it, or what it saw is gone since."""
    ELSEWHERE = "elsewhere"
    """It is mapped to a Product of another destination."""
    UNMAPPED = "unmapped"
    """It is mapped to nothing (any more)."""
    LARGE = "large"
    """The change is so large that a person has to confirm it (P9)."""
    RENAMED = "renamed"
    """A scanner or a rule seems to have another name now: a person has to say whether it is the same."""
    UNCLEAR = "unclear"
    """A person has to say by an option of the Connector how what the tool gave is to be read."""
    FAULT = "fault"
    """This program, or a connector, did what it should not."""
