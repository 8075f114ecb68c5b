"""Findings that mean no good, the same in every run."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from dojo_tui.model.finding import Finding
from dojo_tui.model.severity import Severity

V3 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
V4 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
PIECES = (
    "a", "Z", "0", " ", "\t", "\n", "\r\n", "\x00", "\x1b[31m", "\x7f", "\ud800", "\udfff", "\u202e", "\u200b",
    "\N{LATIN SMALL LETTER SHARP S}", "\N{LATIN SMALL LIGATURE FFI}", "\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}",
    "\N{GREEK SMALL LETTER FINAL SIGMA}", "\N{PILE OF POO}", "`", "```", "'", '"', ",", "/", "\\", "<b>", "\ufe0f",
    "://", "@", ":", "?", "#", "[", "]", "%00", "None", "79", "=cmd|", "(occurrence 2)", "#0123456789ab",
    "\N{IDEOGRAPHIC SPACE}",
)  # fmt: skip
TEXTS = (
    "description", "mitigation", "impact", "references", "steps_to_reproduce", "severity_justification", "scanner",
    "rule_id", "unique_id", "cvssv3", "cvssv4", "component_name", "component_version", "fix_version",
    "effort_for_fixing", "planned_remediation_version", "file_path", "snippet", "context", "logical_location",
    "param", "payload", "service", "sast_source_object", "sast_sink_object", "sast_source_file_path",
)  # fmt: skip
NUMBERS = ("line", "column", "sast_source_line", "scanner_confidence")
SCORES = ("cvssv3_score", "cvssv4_score", "epss_score", "epss_percentile")
MAYBE = ("fix_available", "known_exploited", "ransomware_used")
DAYS = ("date", "kev_date", "publish_date", "planned_remediation_date")
FLAGS = (
    "active", "verified", "false_p", "out_of_scope", "risk_accepted", "under_review", "is_mitigated", "static_finding",
    "dynamic_finding",
)  # fmt: skip


def text(dice: random.Random, longest: int = 40) -> str:
    """Pieces in any order; now and then very many."""
    most = longest if dice.random() < 0.97 else 9_000
    return "".join(dice.choices(PIECES, k=dice.randrange(most)))


def finding(dice: random.Random) -> Finding:
    """A Finding of anything the types allow."""
    fields: dict[str, Any] = {name: text(dice) for name in TEXTS if dice.random() < 0.7}
    fields |= {name: dice.choice((-1, 0, 1, 7, 2**31 - 1, 2**31, 10**30)) for name in NUMBERS}
    fields |= {name: dice.choice((None, 0.0, 0.5, 1, 9.8, 10, 11, -1, float("nan"), float("inf"))) for name in SCORES}
    fields |= {name: dice.choice((None, True, False)) for name in MAYBE}
    fields |= {
        name: dice.choice((None, dt.date(1, 1, 1), dt.date(2024, 2, 29), dt.date(9999, 12, 31))) for name in DAYS
    }
    fields |= {name: dice.random() < 0.2 for name in FLAGS}
    fields |= {
        name: tuple(text(dice) for _ in range(dice.randrange(4))) for name in ("tags", "vulnerability_ids", "endpoints")
    }
    if dice.random() < 0.5:
        fields |= {"cvssv3": V3, "cvssv4": V4}
    moments = (None, dt.datetime(1, 1, 1, tzinfo=dt.UTC), dt.datetime(2024, 5, 6, 7, 8, tzinfo=dt.UTC))
    return Finding(
        title=text(dice),
        severity=dice.choice(list(Severity)),
        cwes=tuple(dice.choices((0, -1, 79, 89, 79, 10**9), k=dice.randrange(4))),
        mitigated_at=dice.choice(moments),
        nb_occurences=dice.choice((1, 2, 2**40)),
        **fields,
    )
