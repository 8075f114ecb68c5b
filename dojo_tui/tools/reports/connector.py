"""The Tool ``reports``: a tree of folders into which scanners write their reports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dojo_tui.connectors.base import BaseTool, Config, Field, Run, Vep
from dojo_tui.model.cause import Cause
from dojo_tui.model.errors import ConnectorError, UsageError
from dojo_tui.model.fetch import Fetch
from dojo_tui.model.operation import LogLevel
from dojo_tui.model.text import inert
from dojo_tui.reports import ReportChangedError, ReportError, sentence, survey
from dojo_tui.tools.reports import fields
from dojo_tui.tools.reports.candidates import candidates, natural, read
from dojo_tui.tools.reports.globs import DEFAULT_INCLUDE, matcher
from dojo_tui.tools.reports.series import both_readings, choose
from dojo_tui.tools.reports.walk import Runs, Walk, counting, from_id, sampled

_SHOWN = 5
_MOUNTED = "Name a directory that exists. If it is on a disk or a share: is it mounted?"


class Reports(BaseTool):
    """Each folder that directly holds reports is a VEP; its Findings are what its reports say now."""

    name = "reports"
    title = "Folder of reports"
    local = True
    location = Field("location", "Directory that holds the reports, or folders of them", True, parse=fields.location)
    options = fields.OPTIONS

    def validate(self, config: Config) -> None:
        """Check the options and that the Location is a directory."""
        super().validate(config)
        path = fields.location(config.location)
        if not Path(path).is_dir():
            raise UsageError(f"The location {inert(path)} is not a directory.", do=_MOUNTED)

    def list_veps(self, config: Config, run: Run) -> Iterator[Vep]:
        """Yield every folder with reports; what cannot be read makes the listing incomplete, at its end."""
        walk = self._walk(config)
        empty = True
        for vep in walk.veps():
            run.check()
            if vep is not None:
                empty = False
                yield vep
        if walk.problems:
            walk.ensure_there("No Record was marked Missing.")
            shown = ", ".join(inert(problem) for problem in walk.problems[:_SHOWN])
            more = len(walk.problems) - _SHOWN
            raise ConnectorError(
                f"The listing is incomplete: cannot read {shown}{f' and {more} more' if more > 0 else ''}.",
                safe="No Record was marked Missing.",
                do="Make these folders readable, or leave them out with the option 'exclude'.",
            )
        if empty:
            run.log(f"The location {inert(walk.root)} holds no folders with reports: is it mounted?", LogLevel.WARNING)

    def fetch(self, config: Config, vendor_id: str, run: Run) -> Fetch:
        """Read the newest run of each scanner in one folder."""
        # A report may be replaced while it is read. The folder is then read afresh, once:
        # the choice of the newest run depends on all of its reports.
        try:
            return self._fetch(config, vendor_id, run)
        except ReportChangedError as error:
            run.log(f"{error.what} Reading the folder again.", LogLevel.WARNING)
            return self._fetch(config, vendor_id, run)

    def _fetch(self, config: Config, vendor_id: str, run: Run) -> Fetch:
        paths, older = self._reports(config, vendor_id, run)
        surveys = {}
        for name, path in paths.items():
            run.check()
            # Of several reports some may be old ones, whose Findings would be built in vain.
            surveys[name] = survey(path, run.check, eager=len(paths) == 1)
        choice = choose(candidates(surveys), fields.several(config.options.get("several", "")))
        if choice.unclear:
            return Fetch([], held=both_readings(choice.unclear, run.check), notes=tuple(choice.notes))
        chosen, notes = choice.chosen, choice.notes
        notes += [f"{inert(name)} is the newest of {len(of):,} in folders of runs." for name, of in older.items()]
        choice.left_out.update(inert(name) for of in older.values() for name in of)
        mode = fields.failed_runs(config.options.get("failed-runs", ""))
        partial = choice.partial
        for candidate in chosen:
            if not candidate.failure:
                continue
            if mode == "fail" or (mode == "keep" and not candidate.results):
                raise ReportError(
                    candidate.survey.path.name,
                    candidate.failure,
                    place=f"run of {candidate.scanner}",
                    do="Repair the scan; or set the Connector's option 'failed-runs' to accept.",
                )
            about = f"{inert(candidate.scanner)}: {candidate.file}: {sentence(candidate.failure)}"
            if mode == "keep":
                partial[candidate.scanner] = inert(candidate.failure)
                notes.append(f"{about} What it found is taken over; nothing is closed.")
            else:
                notes.append(f"{about} It is accepted as complete all the same.")
        not_analysed: dict[str, frozenset[str]] = {}
        for candidate in chosen:
            if not candidate.errors:
                continue
            said = inert("; ".join(candidate.errors), 300)
            kept = " What was found in these files stays as it is." if candidate.not_analysed else ""
            run.log(f"{inert(candidate.scanner)}: {candidate.file} reports errors: {said}.{kept}", LogLevel.WARNING)
            known = not_analysed.get(candidate.scanner, frozenset())
            not_analysed[candidate.scanner] = known | candidate.not_analysed
        found = read(chosen, run.check)
        notes += [note for candidate in chosen if (note := candidate.remark)]
        return Fetch(
            found,
            partial=partial,
            not_analysed=not_analysed,
            notes=tuple(notes),
            evidence=frozenset(digest for path in paths.values() if (digest := sampled(str(path))[1])),
            left_out=tuple(sorted(choice.left_out, key=natural)),
        )

    def _reports(self, config: Config, vendor_id: str, run: Run) -> tuple[dict[str, Path], dict[str, list[str]]]:
        """The reports that may count, by name, and of some the older ones in other folders of runs."""
        walk = self._walk(config)
        try:
            folder = from_id(vendor_id)
        except ValueError as error:
            raise ConnectorError(f"{inert(str(error))}.", safe="Nothing was changed.") from error
        place = f"{folder}/" if folder else ""
        held = walk.held(folder, run.share(Runs).above)
        if not held:
            walk.read(str(Path(walk.root, folder)), place)
        walk.ensure_read(str(Path(walk.root, folder)), "Its Findings stay as they are.")
        if not held:
            raise ConnectorError(
                f"The folder {inert(vendor_id)} holds no reports any more.",
                safe="Its Findings stay as they are: a missing report does not say that nothing was found.",
                do="Let the scanner write its report again, or run a Discover.",
                cause=Cause.MISSING,
            )
        paths, older = {}, {}
        for path, before in counting(held, place).items():
            name = path.removeprefix(place)
            paths[name] = Path(walk.root, path)
            if before:
                older[name] = [one.removeprefix(place) for one in before]
        return paths, older

    def _walk(self, config: Config) -> Walk:
        options = config.options
        return Walk(
            root=fields.location(config.location),
            depth=fields.depth(options.get("depth", "")),
            include=matcher(options.get("include", "") or DEFAULT_INCLUDE),
            exclude=matcher(options.get("exclude", "")),
        )


TOOL = Reports()
