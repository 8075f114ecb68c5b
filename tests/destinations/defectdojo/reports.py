"""Sequences of reports in which everything happens that happens in real ones; the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from dojo_tui.model.finding import Finding
from dojo_tui.model.severity import Severity

RULES = [f"R{number}" for number in range(6)]
FILES = [f"src/part{number}/module{number}.py" for number in range(4)]
WORDS = ["says so.", "says it in other words.", "is sure.", ""]
DISMISSALS = ["false_p", "out_of_scope", "is_mitigated"]


class Reports:
    """A code base that changes between the scans of one scanner."""

    def __init__(self, seed: int) -> None:
        self._source = random.Random(seed)
        self._number = 0
        self._now = [self._new() for _ in range(self._source.randrange(8, 20))]
        self._gone: list[Finding] = []

    def __iter__(self) -> Iterator[list[Finding]]:
        changes = [
            self._shift, self._shift, self._appear, self._appear, self._vanish, self._vanish, self._return,
            self._judge, self._reword, self._rename, self._dismiss, self._reopen, self._same, self._empty_file,
        ]  # fmt: skip
        while True:
            yield self._told()
            for _ in range(self._source.randrange(4)):
                self._source.choice(changes)()

    def _told(self) -> list[Finding]:
        """In any order, and some twice."""
        told = [*self._now, *(one for one in self._now if self._source.random() < 0.1)]
        self._source.shuffle(told)
        return told

    def _new(self) -> Finding:
        source = self._source
        self._number += 1
        rule, code = source.choice(RULES), source.choice(["same()", f"own_{self._number}()"])
        return Finding(
            title=f"Rule {rule}",
            rule_id=rule,
            scanner="Scanner",
            severity=source.choice(list(Severity)),
            description=f"Rule {rule} {source.choice(WORDS)}",
            file_path=source.choice(FILES),
            line=source.randrange(1, 200),
            column=source.choice([None, 1, 9]),
            snippet=code,
            cwes=source.choice([(), (79,), (79, 80)]),
            unique_id=source.choice(["", "", f"tool-{self._number}"]),
            static_finding=True,
        )

    def _some(self) -> list[int]:
        most = max(1, len(self._now) // 4)
        return self._source.sample(range(len(self._now)), min(len(self._now), self._source.randrange(1, most + 1)))

    def _shift(self) -> None:
        """Lines are added, or taken away, somewhere in a file."""
        file, start, by = self._source.choice(FILES), self._source.randrange(150), self._source.choice([-3, 1, 2, 40])
        self._now = [
            replace(one, line=max(1, one.line + by))
            if one.file_path.endswith(file) and one.line is not None and one.line >= start
            else one
            for one in self._now
        ]

    def _appear(self) -> None:
        self._now += [self._new() for _ in range(self._source.randrange(1, 4))]

    def _vanish(self) -> None:
        for index in sorted(self._some(), reverse=True):
            self._gone.append(self._now.pop(index))

    def _return(self) -> None:
        for _ in range(min(len(self._gone), 2)):
            self._now.append(self._gone.pop(self._source.randrange(len(self._gone))))

    def _judge(self) -> None:
        for index in self._some():
            self._now[index] = replace(self._now[index], severity=self._source.choice(list(Severity)))

    def _reword(self) -> None:
        for index in self._some():
            one = self._now[index]
            words = f"{one.title} {self._source.choice(WORDS)}"
            self._now[index] = replace(one, description=words, mitigation=self._source.choice(["", "Mend it."]))

    def _rename(self) -> None:
        file = self._source.choice(FILES)
        self._now = [
            replace(one, file_path=f"moved/{one.file_path}") if one.file_path.endswith(file) else one
            for one in self._now
        ]

    def _dismiss(self) -> None:
        """The tool's own triage."""
        for index in self._some():
            flags: dict[str, Any] = {self._source.choice(DISMISSALS): True}
            self._now[index] = replace(self._now[index], **flags)

    def _reopen(self) -> None:
        flags: dict[str, Any] = dict.fromkeys(DISMISSALS, False)
        self._now = [replace(one, **flags) for one in self._now]

    def _same(self) -> None:
        """Nothing."""

    def _empty_file(self) -> None:
        file = self._source.choice(FILES)
        self._gone += [one for one in self._now if one.file_path.endswith(file)]
        self._now = [one for one in self._now if not one.file_path.endswith(file)]
