"""The packaged reports: two releases of each project, put where the demo's Connectors look."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dojo_tui.model.operation import OperationType, OutcomeStatus
from dojo_tui.services.events import Event, OperationChanged, RecordDone
from dojo_tui.wiring import Workspace

DATA = Path(__file__).parent / "data"

RELEASES: Mapping[str, tuple[str, str]] = {
    "flask": ("3.0.3", "3.1.0"),
    "requests": ("2.31.0", "2.32.0"),
    "urllib3": ("2.0.6", "2.0.7"),
    "pip": ("24.0", "24.1"),
    "axios": ("1.6.7", "1.6.8"),
    "express": ("4.18.3", "4.19.0"),
}
"""Both releases of each project, the older one first."""


@dataclass(slots=True)
class Folder:
    """One folder of reports: what one scanner says about one project."""

    path: Path
    project: str
    scanner: str
    release: int = 0

    def put(self, release: int) -> None:
        """Show the report of this release, in the place of the other one's."""
        self.release = release
        source = DATA / self.project / RELEASES[self.project][release] / f"{self.scanner}.sarif.gz"
        target = self.path / source.name
        self.path.mkdir(parents=True, exist_ok=True)
        # Renamed into its place, as a careful scanner does: a Sync never sees half a report.
        new = target.with_suffix(".new")
        shutil.copyfile(source, new)
        os.replace(new, target)  # noqa: PTH105

    def truncate(self) -> None:
        """Cut the report short, as a full disk would."""
        report = self.path / f"{self.scanner}.sarif.gz"
        report.write_bytes(report.read_bytes()[:-2000])

    def remove(self) -> None:
        """Take the folder away."""
        shutil.rmtree(self.path)


@dataclass(slots=True)
class NextRelease:
    """Listens to Operations: what was synced shows its other release the next time.

    So the first Sync changes nothing, the second finds new and closed
    Findings, the third reactivates what the second closed. A dry run does not
    count: what it plans is what the next Sync does.
    """

    workspace: Workspace
    folders: Mapping[tuple[str, str], Folder]
    """By the Connector's label and the Record's name."""
    synced: dict[int, list[str]] = field(default_factory=dict)

    def listen(self) -> Callable[[], None]:
        """Begin to listen; the returned function ends it."""
        return self.workspace.operations.subscribe(self._hear)

    def _hear(self, event: Event) -> None:
        match event:
            case RecordDone(status=OutcomeStatus.DONE):
                self.synced.setdefault(event.operation_id, []).append(event.record_name)
            case OperationChanged(type=OperationType.SYNC) if event.status.ended:
                names = self.synced.pop(event.operation_id, [])
                if not self._dry(event.operation_id):
                    self._swap(event.connector_label, names)

    def _dry(self, operation_id: int) -> bool:
        from dojo_tui.store.operations import operation

        with self.workspace.store.database.read() as connection:
            return operation(connection, operation_id).dry_run

    def _swap(self, label: str, names: list[str]) -> None:
        for name in names:
            if folder := self.folders.get((label, name)):
                folder.put(1 - folder.release)
