"""The JSON of every listing. These names are promised to scripts: add, never rename."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from dojo_tui.cli.output import utc
from dojo_tui.model.operation import OutcomeStatus, Status

if TYPE_CHECKING:
    from dojo_tui.model.severity import Severity
    from dojo_tui.services.mapping import HistoryRow, Leaving, Reversal
    from dojo_tui.services.rules import Preview
    from dojo_tui.services.suggest import Suggested
    from dojo_tui.store.connectors import ConnectorRow
    from dojo_tui.store.findings import FindingRow
    from dojo_tui.store.history import ActRecord, ActRow
    from dojo_tui.store.operations import LogRow, OperationRow, OutcomeRow
    from dojo_tui.store.records import RecordRow
    from dojo_tui.store.rules import RuleRow
    from dojo_tui.store.triage import TriageRow

Json = Mapping[str, Any]


def record_json(row: RecordRow) -> Json:
    """A Record. ``destination`` is where its Product is: a server's address or ``embedded``."""
    return {
        "id": row.id,
        "connector": row.connector_label,
        "vendor_id": row.vendor_id,
        "name": row.name,
        "state": row.state.value,
        "state_reason": row.state_reason,
        "product": row.product_name,
        "destination": row.destination,
        "former_product": row.former_product_name,
        "suggested_product": row.suggested_product,
        "suggested_confidence": row.suggested_confidence,
        "details": row.details,
        "first_discovered_at": utc(row.first_discovered_at),
        "last_discovered_at": utc(row.last_discovered_at),
        "finalized_at": utc(row.finalized_at),
        "finalized_by": row.finalized_by,
        "last_synced_at": utc(row.last_synced_at),
    }


def finding_json(row: FindingRow) -> Json:
    """A Finding of the embedded destination. ``record`` is the Record's id, null once that was deleted."""
    return {
        "id": row.id,
        "record": row.record_id,
        "record_name": row.record_name,
        "product": row.product_name,
        "test": row.test_title,
        "test_id": row.test_id,
        "title": row.title,
        "severity": row.severity.label,
        "active": row.active,
        "verified": row.verified,
        "false_p": row.false_p,
        "out_of_scope": row.out_of_scope,
        "risk_accepted": row.risk_accepted,
        "under_review": row.under_review,
        "is_mitigated": row.is_mitigated or row.gone,
        "mitigated_at": utc(row.mitigated_at),
        "created_at": utc(row.created_at),
        "date": row.date.isoformat() if row.date else None,
        "file_path": row.file_path,
        "line": row.line,
        "logical_location": row.logical_location,
        "cwe": row.cwe,
        "cwes": list(row.cwes),
        "vulnerability_ids": list(row.vulnerability_ids),
        "component_name": row.component_name,
        "component_version": row.component_version,
        "unique_id": row.unique_id,
        "rule_id": row.rule_id,
        "scanner": row.scanner,
        "description": row.description,
        "mitigation": row.mitigation,
        "impact": row.impact,
        "references": row.references,
        "endpoints": list(row.endpoints),
        "tags": list(row.tags),
        "snippet": row.snippet,
        "nb_occurences": row.nb_occurences,
        "fix_version": row.fix_version,
        "cvssv3": row.cvssv3,
        "cvssv3_score": row.cvssv3_score,
        "epss_score": row.epss_score,
    }


def operation_json(row: OperationRow, outcomes: Iterable[OutcomeRow]) -> Json:
    """An Operation. ``errors`` are sentences: the Operation's own, then one for each Record that failed.

    ``warnings`` are what one that completed has to say all the same.
    """
    said = list(outcomes)
    said_itself = [row.error] if row.error else []
    completed = row.status is Status.COMPLETED
    return {
        "id": row.id,
        "connector": row.connector_label,
        "type": row.type.value,
        "status": row.status.value,
        "trigger": row.trigger.value,
        "queued_at": utc(row.queued_at),
        "started_at": utc(row.started_at),
        "ended_at": utc(row.ended_at),
        "duration_s": None if row.duration_s is None else round(row.duration_s, 3),
        "dry_run": row.dry_run,
        "counts": dict(row.counts),
        "errors": ([] if completed else said_itself) + sentences(said, OutcomeStatus.FAILED),
        "warnings": said_itself if completed else [],
        "held": sentences(said, OutcomeStatus.HELD),
        "skipped": sentences(said, OutcomeStatus.SKIPPED),
        "cause": row.cause.value or None,
    }


def outcome_json(row: OutcomeRow) -> Json:
    """What became of one Record in an Operation."""
    return {
        "record": row.record_id,
        "record_name": row.record_name,
        "status": row.status.value,
        "reason": row.reason,
        "cause": row.cause.value or None,
        "counts": dict(row.counts),
        "at": utc(row.at),
    }


def log_json(row: LogRow) -> Json:
    """A line of an Operation's log."""
    return {"at": utc(row.at), "level": row.level.value, "message": row.message}


def _became(row: HistoryRow | ActRecord) -> Json:
    """What a Record was and became."""
    return {
        "from_state": row.from_state,
        "to_state": row.to_state,
        "from_product": row.from_product,
        "to_product": row.to_product,
    }


def history_json(row: HistoryRow) -> Json:
    """One change of a Record's mapping."""
    return {
        "at": utc(row.at),
        "by": row.by,
        "act": row.act,
        **_became(row),
        "undone": row.undone,
        "rule": row.rule,
    }


def act_record_json(row: ActRecord) -> Json:
    """What one act did to one Record."""
    return {
        "id": row.record_id,
        "name": row.name,
        **_became(row),
        "rule": row.rule,
    }


def act_json(row: ActRow) -> Json:
    """A mapping act, however many Records. ``product`` is one of the ``products`` that it mapped to."""
    return {
        "id": row.id,
        "at": utc(row.at),
        "by": row.by,
        "act": row.act,
        "count": row.count,
        "products": row.products,
        "product": row.product,
        "by_rules": bool(row.rules),
        "undone": row.undone,
    }


def triage_json(row: TriageRow) -> Json:
    """One decision about a Finding."""
    return {
        "at": utc(row.at),
        "by": row.by,
        "decision": row.decision.value,
        "reason": row.reason,
        "undone": row.undone,
    }


def reversal_json(reversal: Reversal) -> Json:
    """What undo or redo would do."""
    sentence = " ".join([f"Would {reversal.verb}: {reversal.act.what}.", *reversal.consequences])
    return {
        "verb": reversal.verb,
        **act_json(reversal.act),
        "stepped_over": list(reversal.stepped),
        "stay_closed": reversal.asked.closed,
        "sentence": sentence,
    }


def leaving_json(leaving: Leaving, *, close: bool) -> Json:
    """What Records leave behind in other Products. ``destination`` is null where it is the one in use."""
    return {
        "close_old": close,
        "active": _by_severity(leaving.open),
        "would_close": leaving.to_close if close else 0,
        "leaving": [
            {
                "record": one.record_id,
                "name": one.name,
                "connector": one.connector_label,
                "product": one.product_name,
                "destination": leaving.elsewhere.get(one.product_ref),
                "active": _by_severity(one.open),
                "dismissed": one.dismissed,
                "closed": one.closed,
            }
            for one in leaving.records
        ],
    }


def _by_severity(found: Mapping[Severity, int]) -> dict[str, int]:
    return {severity.label: found[severity] for severity in sorted(found, reverse=True)}


def suggestion_json(row: Suggested) -> Json:
    """The most likely Product of a New Record."""
    return {
        "record": row.record_id,
        "name": row.name,
        "product": row.product_name,
        "confidence": row.confidence,
        "why": row.why,
    }


def rule_json(row: RuleRow) -> Json:
    """A mapping rule. ``product`` is null where it ignores, ``connector`` where it is for all."""
    return {
        "id": row.id,
        "position": row.position,
        "connector": row.connector_label,
        "name": row.pattern,
        "product": row.product,
        "product_type": row.product_type,
        "ignore": row.product is None,
    }


def preview_json(preview: Preview) -> Json:
    """What rules would do now. ``product_type`` is told of ``new`` Products only; null is the usual one."""
    return {
        "looked_at": preview.looked_at,
        "mapped": preview.mapped,
        "ignored": preview.ignored,
        "left": preview.left,
        "new_products": preview.new_products,
        "rules": [
            {
                "rule": str(caught.rule),
                "count": caught.count,
                "earlier": caught.earlier,
                "refused": caught.problem_count,
                "products": [
                    {
                        "product": line.product,
                        "ignore": line.product is None,
                        "count": line.count,
                        "new": line.new,
                        "product_type": line.product_type,
                    }
                    for line in caught.into
                ],
                "samples": [
                    {"record": sample.record_id, "name": sample.name, "product": sample.product}
                    for sample in caught.samples
                ],
            }
            for caught in preview.rules
        ],
    }


def connector_json(row: ConnectorRow) -> Json:
    """A Connector. ``secret`` is where the secret is kept, never the secret."""
    return {
        "id": row.id,
        "label": row.label,
        "tool": row.tool,
        "location": row.location,
        "secret": row.secret,
        "options": dict(row.options),
        "auto_map": row.auto_map,
        "min_severity": row.min_severity.label,
        "discover_every": row.discover_schedule,
        "sync_every": row.sync_schedule,
        "discover_due_at": utc(row.discover_due_at),
        "sync_due_at": utc(row.sync_due_at),
        "created_at": utc(row.created_at),
    }


def sentences(outcomes: Iterable[OutcomeRow], status: OutcomeStatus) -> list[str]:
    """What is said of those Records whose part ended so."""
    return [f"{row.record_name}: {row.reason}" for row in outcomes if row.status is status]
