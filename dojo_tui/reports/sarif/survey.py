"""First pass over a SARIF file: everything but the results, which are only counted.

Two passes, because a result needs its run's rules, artifacts and bases, and
these may follow the results (ruff, Semgrep and zizmor write them last).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from dojo_tui.model.finding import Finding
from dojo_tui.model.values import MAX_NAME, items, mapping, text, vulnerability_ids
from dojo_tui.reports.jsonstream import JsonReader
from dojo_tui.reports.names import stable_part
from dojo_tui.reports.run import Check, RunHead, counted, made
from dojo_tui.reports.sarif.notifications import invocations
from dojo_tui.reports.sarif.parts import Component, Parts
from dojo_tui.reports.sarif.paths import Paths, Place, place
from dojo_tui.reports.sarif.provenance import repositories
from dojo_tui.reports.sarif.results import Results
from dojo_tui.reports.sarif.rules import Rule, rule
from dojo_tui.reports.sarif.versions import old_version

_KEPT = frozenset(
    {
        "tool",
        "invocations",
        "automationDetails",
        "originalUriBaseIds",
        "logicalLocations",
        "taxonomies",
        "threadFlowLocations",
        "externalPropertyFileReferences",
        "versionControlProvenance",
    }
)
_SAYS_NOTHING_OF_RESULTS = frozenset({"automationDetails", "externalPropertyFileReferences", "properties"})
_TARGETS = (
    "imageName",
    "image",
    "target",
    "targetName",
    "artifactName",
    "repository",
    "project",
    "projectName",
    "module",
)
"""Properties of a run by which tools say what they scanned (Trivy: imageName)."""


def survey_runs(reader: JsonReader, check: Check, *, eager: bool) -> list[RunHead]:
    """Read the ``runs`` array that the reader stands at.

    ``eager`` builds the Findings in the same pass where everything they
    refer to came before them, as Bandit, ESLint and CodeQL write it.
    """
    if reader.peek() == "n":
        reader.value()
        raise reader.error("'runs' is null: the producer says that it could not write its runs")
    return [_survey_run(reader, check, eager=eager) for _ in reader.elements()]


def _survey_run(reader: JsonReader, check: Check, *, eager: bool) -> RunHead:
    kept: dict[str, Any] = {}
    artifacts: list[Place] = []
    count = -1
    built: list[Finding] | None = None
    dropped: Mapping[str, int] = {}
    before: tuple[frozenset[str], int] = (frozenset(), 0)
    for key in reader.members():
        if key == "results" and reader.peek() != "n":
            if eager and count < 0 and "tool" in kept:
                before = (frozenset(kept), len(artifacts))
                early = _head(reader, kept, artifacts)
                results = Results(early.scanner, cast(Parts, early.parts))
                built = list(made(reader, results.findings, check))
                count, dropped = results.seen, results.dropped
            else:
                built = None
                count = max(count, 0) + counted(reader, check)
        elif key == "artifacts" and reader.peek() == "[":
            # One by one: they may hold the contents of all files.
            artifacts = [place(mapping(value).get("location")) for value in reader.values()]
        elif key == "properties" and reader.peek() == "{":
            # One by one: they may hold anything.
            kept[key] = dict(_chosen_members(reader))
        elif key in _KEPT:
            kept[key] = reader.value()
        else:
            reader.skip()
    head = _head(reader, kept, artifacts)
    head.results = max(count, 0)
    if mapping(kept.get("externalPropertyFileReferences")).get("results"):
        head.failure = head.failure or f"{'its' if count <= 0 else 'more of its'} results are in another file"
    elif count < 0:
        head.failure = head.failure or "it has no 'results', so it did not look for any"
    if built is not None and len(artifacts) == before[1] and _harmless(kept, before[0]):
        date = cast(Parts, head.parts).date
        for finding in built:
            finding.scanner, finding.date = head.scanner, date
        head.findings, head.dropped = built, dropped
    return head


def _chosen_members(reader: JsonReader) -> Iterator[tuple[str, Any]]:
    for name in reader.members():
        if name in _TARGETS:
            yield name, reader.value()
        else:
            reader.skip()


def _harmless(kept: dict[str, Any], before: frozenset[str]) -> bool:
    """True if nothing that came after the results changes what they say, but for the run's name and time."""
    late = kept.keys() - before - _SAYS_NOTHING_OF_RESULTS
    if late == {"invocations"}:
        return not any(mapping(value).get("ruleConfigurationOverrides") for value in items(kept["invocations"]))
    return not late


def _head(reader: JsonReader, kept: dict[str, Any], artifacts: list[Place]) -> RunHead:
    driver = mapping(mapping(kept.get("tool")).get("driver"))
    name = text(driver.get("name"), MAX_NAME).strip()
    if not name and "name" in mapping(kept.get("tool")):
        raise old_version("1.0")  # where the tool had no driver yet
    if not name:
        raise reader.error("a run does not name its tool (tool.driver.name)")
    parts = _parts(kept, artifacts)
    said = invocations(items(kept.get("invocations")), parts.paths)
    parts.date = said.ended_at.date() if said.ended_at else None
    category = _category(text(mapping(kept.get("automationDetails")).get("id"), MAX_NAME))
    return RunHead(
        scanner=f"{name} ({category})" if category else name,
        target=_target(kept),
        kind=_kind(parts),
        ended_at=said.ended_at,
        failure=said.failure,
        errors=said.errors,
        not_analysed=said.files,
        parts=parts,
    )


def _category(identifier: str) -> str:
    """What of ``automationDetails.id`` names the kind of analysis rather than this very run.

    By SARIF 3.17.3, as GitHub code scanning reads it, the last part of the
    hierarchical id tells runs apart and what is before it is the category; a
    final slash means that there is no run id. Taken to the letter, the common
    ids "api" and "web" (no slash) would be run ids, and one of the two reports
    would replace the other. So of a last part only that is dropped which looks
    like the id of a run (a number, date, hash or GUID, also with its word, as
    in ``build-17``): of ``image:api:sha-4ea3e4b`` the image remains.
    """
    parent, slash, last = identifier.strip().rpartition("/")
    return f"{parent}{slash}{stable_part(last)}".rstrip("/")


def _target(kept: dict[str, Any]) -> str:
    """What the run says it scanned, without the version of it; empty if it does not say."""
    properties = mapping(kept.get("properties"))
    for key in _TARGETS:
        if name := text(properties.get(key), MAX_NAME).strip():
            return stable_part(name.partition("@")[0]) or name
    for source in items(kept.get("versionControlProvenance")):
        if name := text(mapping(source).get("repositoryUri"), MAX_NAME).strip():
            return name.rstrip("/").removesuffix(".git")
    return ""


def _kind(parts: Parts) -> str:
    """Whether its rules are vulnerabilities of components, or something else; empty where they are both or unknown."""
    known = {bool(vulnerability_ids([rule.id])) for rule in parts.driver.rules if rule.id}
    return "" if len(known) != 1 else "vulnerabilities" if known.pop() else "code"


def _parts(kept: dict[str, Any], artifacts: list[Place]) -> Parts:
    taxonomies = [
        (
            text(mapping(taxonomy).get("name"), MAX_NAME),
            [text(mapping(taxon).get("id"), MAX_NAME) for taxon in items(mapping(taxonomy).get("taxa"))],
        )
        for taxonomy in items(kept.get("taxonomies"))
    ]
    tool = mapping(kept.get("tool"))
    name = text(mapping(tool.get("driver")).get("name"), MAX_NAME)
    bases = {key: place(value) for key, value in mapping(kept.get("originalUriBaseIds")).items()}
    logical = [mapping(value) for value in items(kept.get("logicalLocations"))]
    parts = Parts(
        tool=name,
        driver=_component(tool.get("driver"), taxonomies, name),
        extensions=[_component(extension, taxonomies, name) for extension in items(tool.get("extensions"))],
        paths=Paths(bases, artifacts, repositories(kept.get("versionControlProvenance"))),
        logical=[text(value.get("fullyQualifiedName") or value.get("name"), MAX_NAME) for value in logical],
        taxonomies=taxonomies,
        flow_locations=items(kept.get("threadFlowLocations")),
    )
    for invocation in items(kept.get("invocations")):
        for override in items(mapping(invocation).get("ruleConfigurationOverrides")):
            level = mapping(mapping(override).get("configuration")).get("level")
            if isinstance(level, str):
                parts.rule({"rule": mapping(override).get("descriptor")}).level = level.lower()
    return parts


def _component(value: Any, taxonomies: Sequence[tuple[str, Sequence[str]]], tool: str) -> Component:
    given = mapping(value)
    rules = [rule(descriptor, taxonomies, tool) for descriptor in items(given.get("rules"))]
    by_id: dict[str, Rule] = {}
    for known in rules:
        by_id.setdefault(known.id, known)
    return Component(
        name=text(given.get("name"), MAX_NAME),
        guid=text(given.get("guid"), MAX_NAME),
        rules=rules,
        by_id=by_id,
        strings=mapping(given.get("globalMessageStrings")),
    )
