"""The tables. Their meaning is in the design; what is not obvious is said here."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    false,
    text,
)
from sqlalchemy import UniqueConstraint as Unique

from dojo_tui.store.types import Id, Json, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

connectors = Table(
    "connectors",
    metadata,
    Column("id", Id, primary_key=True),
    Column("label", Text, nullable=False, unique=True),
    Column("tool", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("secret", Text),  # a reference, never the secret itself (P10)
    Column("options", Json, nullable=False),
    Column("auto_map", Boolean, nullable=False),
    Column("min_severity", SmallInteger, nullable=False),
    Column("discover_schedule", Text, nullable=False),
    Column("sync_schedule", Text, nullable=False),
    Column("discover_due_at", UtcDateTime),
    Column("sync_due_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,  # history and mappings outlive rows: an id is never given twice
)

records = Table(
    "records",
    metadata,
    Column("id", Id, primary_key=True),
    Column("connector_id", Id, ForeignKey("connectors.id", ondelete="CASCADE"), nullable=False),
    Column("vendor_id", Text, nullable=False),
    # Names this Record's Findings inside its Connector's Tests (P5). It starts as the
    # vendor_id and stays what it was when a VEP whose id is its place is moved.
    Column("scope", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("state_reason", Text, nullable=False),
    Column("details", Json, nullable=False),
    Column("evidence", Json, nullable=False),
    # The mapping. product_name is a copy, so that lists sort and filter by it
    # whatever the destination is.
    Column("product_ref", Text),
    Column("product_name", Text),
    # What an ignored Record was mapped to: restore and auto-map bring it back.
    Column("former_product_ref", Text),
    Column("former_product_name", Text),
    Column("first_discovered_at", UtcDateTime, nullable=False),
    Column("last_discovered_at", UtcDateTime, nullable=False),
    Column("finalized_at", UtcDateTime),
    Column("finalized_by", Text),
    Column("last_synced_at", UtcDateTime),
    Unique("connector_id", "vendor_id"),
    Unique("connector_id", "scope"),
    # The default order of the lists, read from the index alone.
    # The id stands second so that the lists' order by name needs no sort.
    Index("ix_records_list", text("lower(name)"), "id", "state", "connector_id"),
    Index(None, "connector_id", "state"),
    Index(None, "product_ref"),
    sqlite_autoincrement=True,  # history and mappings outlive rows: an id is never given twice
)

mapping_changes = Table(
    "mapping_changes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("batch", Id, nullable=False),  # one act of a person, however many Records
    Column("at", UtcDateTime, nullable=False),
    Column("by", Text, nullable=False),
    Column("act", Text, nullable=False),
    # No foreign keys: the history outlives Records and Connectors.
    Column("record_id", Id, nullable=False),
    Column("connector_id", Id, nullable=False),
    Column("vendor_id", Text, nullable=False),
    Column("from_state", Text),
    Column("to_state", Text),
    Column("from_product", Text),
    Column("to_product", Text),
    Column("before", Json, nullable=False),  # the Record's row before the act, for undo
    Column("undone_by", Id),  # the batch that took it back
    Column("rule", Text),  # the mapping rule that decided it, as it was then
    Index(None, "batch"),
    Index(None, "record_id"),
    # A Discover asks which VEPs were deleted. On PostgreSQL it is as small (migration 0007).
    Index("ix_mapping_changes_deleted", "connector_id", sqlite_where=text("act = 'delete'")),
)

# In one order for all: those of a Connector and those for every one. The first that matches decides.
rules = Table(
    "rules",
    metadata,
    Column("id", Id, primary_key=True),
    Column("connector_id", Id, ForeignKey("connectors.id", ondelete="CASCADE")),  # null: every Connector
    Column("position", Integer, nullable=False),
    Column("pattern", Text, nullable=False),
    Column("product", Text),  # a template; null: ignore
    Column("product_type", Text),
    sqlite_autoincrement=True,
)

# What was worked out for New Records, kept so that lists sort and filter by it. A row without Product: none is likely.
suggestions = Table(
    "suggestions",
    metadata,
    Column("record_id", Id, ForeignKey("records.id", ondelete="CASCADE"), primary_key=True),
    Column("product_ref", Text),
    Column("product_name", Text),
    Column("confidence", Float, nullable=False),
    Column("why", Text, nullable=False),
    # What a new mapping or a new Product may change is found by these.
    Column("key", Text, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("text", Text, nullable=False),
    Index(None, "key"),
    Index(None, "prefix"),
)

# One row: what the suggestions were worked out from.
suggestion_state = Table(
    "suggestion_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("basis", Text, nullable=False),
    Column("change_id", Id, nullable=False),
)

operations = Table(
    "operations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("connector_id", Id, ForeignKey("connectors.id", ondelete="SET NULL")),
    Column("connector_label", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("trigger", Text, nullable=False),
    Column("queued_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("record_ids", Json),  # asked-for Records, null for all
    Column("dry_run", Boolean, nullable=False),
    Column("accept_large_change", Boolean, nullable=False),
    Column("trust_renames", Boolean, nullable=False, server_default=false()),
    Column("cancel_requested", Boolean, nullable=False),
    Column("owner", Text, nullable=False),  # the process that runs it: host, pid and a nonce
    Column("counts", Json, nullable=False),
    Column("error", Text, nullable=False),
    Column("cause", Text, nullable=False, server_default=""),
    Index(None, "connector_id", "status"),
    Index(None, "status"),
    sqlite_autoincrement=True,  # history and mappings outlive rows: an id is never given twice
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("operation_id", Id, ForeignKey("operations.id", ondelete="CASCADE"), nullable=False),
    Column("record_id", Id),
    Column("record_name", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("cause", Text, nullable=False, server_default=""),
    Column("counts", Json, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "operation_id"),
    Index(None, "record_id"),
)

log_lines = Table(
    "log_lines",
    metadata,
    Column("id", Id, primary_key=True),
    Column("operation_id", Id, ForeignKey("operations.id", ondelete="CASCADE"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("level", Text, nullable=False),
    Column("message", Text, nullable=False),
    Index(None, "operation_id"),
)

# At most one row per Connector: whoever holds it may run an Operation (P8).
leases = Table(
    "leases",
    metadata,
    Column("connector_id", Id, ForeignKey("connectors.id", ondelete="CASCADE"), primary_key=True),
    Column("operation_id", Id, nullable=False),
    Column("owner", Text, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

# --- the destinations: the embedded one, and what DefectDojo servers were sent ---

destinations = Table(
    "destinations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("url", Text, nullable=False, unique=True),
    Column("secret", Text),  # a reference, never the secret itself (P10)
    Column("ca_file", Text, nullable=False),
    Column("verify", Boolean, nullable=False),
    Column("product_type", Text, nullable=False),  # of Products that are made without naming one
    Column("at_once", Integer, nullable=False, server_default="4"),  # requests at the same time
    Column("chosen", Boolean, nullable=False),  # at most one; none is the embedded one
    # Part of the ids that our Findings have there, so that two stores never take each other's for their own.
    Column("mark", Text, nullable=False),
    Column("products_read_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,
)

product_types = Table(
    "product_types",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
)

products = Table(
    "products",
    metadata,
    Column("id", Id, primary_key=True),
    Column("product_type_id", Id, ForeignKey("product_types.id", ondelete="RESTRICT"), nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    # A server's Product, as it was last seen; null is the embedded destination.
    Column("destination_id", Id, ForeignKey("destinations.id", ondelete="CASCADE")),
    Column("remote_id", BigInteger),
    Column("gone", Boolean, nullable=False, server_default=false()),
    Unique("destination_id", "remote_id"),
    Index(None, "product_type_id"),
    Index(None, "destination_id", "name"),
    # Names are unique here; a server's own rule is its own, and two may swap names between two looks.
    Index(
        "uq_products_embedded_name",
        "name",
        unique=True,
        # On PostgreSQL too (migration 0002). To say so here would import that dialect at every start of the app.
        sqlite_where=text("destination_id IS NULL"),
    ),
    sqlite_autoincrement=True,  # history and mappings outlive rows: an id is never given twice
)

engagements = Table(
    "engagements",
    metadata,
    Column("id", Id, primary_key=True),
    Column("product_id", Id, ForeignKey("products.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("remote_id", BigInteger),
    Unique("product_id", "name"),
)

tests = Table(
    "tests",
    metadata,
    Column("id", Id, primary_key=True),
    Column("engagement_id", Id, ForeignKey("engagements.id", ondelete="CASCADE"), nullable=False),
    Column("connector_id", Id, ForeignKey("connectors.id", ondelete="SET NULL")),
    Column("title", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("revision", Integer, nullable=False),  # grows with every change of its Findings
    Column("remote_id", BigInteger),
    Unique("engagement_id", "connector_id"),
    Index(None, "connector_id"),
)

findings = Table(
    "findings",
    metadata,
    Column("id", Id, primary_key=True),
    Column("test_id", Id, ForeignKey("tests.id", ondelete="CASCADE"), nullable=False),
    Column("scope", Text, nullable=False),
    # what matching reads (model/identity.py); digests are 64-bit
    Column("place", Id, nullable=False),
    Column("content", Id, nullable=False),
    Column("title", Text, nullable=False),
    Column("wording", Text, nullable=False, server_default=""),  # where the title is another
    Column("severity", SmallInteger, nullable=False),
    Column("description", Text, nullable=False),
    Column("mitigation", Text, nullable=False),
    Column("impact", Text, nullable=False),
    Column("references", Text, nullable=False),
    Column("steps_to_reproduce", Text, nullable=False),
    Column("severity_justification", Text, nullable=False),
    Column("scanner", Text, nullable=False),
    Column("rule_id", Text, nullable=False),
    Column("unique_id", Text, nullable=False),
    Column("cwe", Integer),
    Column("cwes", Text, nullable=False),  # JSON list, as are vulnerability_ids, endpoints and tags
    Column("vulnerability_ids", Text, nullable=False),
    Column("cvssv3", Text, nullable=False),
    Column("cvssv3_score", Float),
    Column("cvssv4", Text, nullable=False),
    Column("cvssv4_score", Float),
    Column("epss_score", Float),
    Column("epss_percentile", Float),
    Column("known_exploited", Boolean),
    Column("ransomware_used", Boolean),
    Column("kev_date", Date),
    Column("component_name", Text, nullable=False),
    Column("component_version", Text, nullable=False),
    Column("fix_available", Boolean),
    Column("fix_version", Text, nullable=False),
    Column("effort_for_fixing", Text, nullable=False),
    Column("planned_remediation_date", Date),
    Column("planned_remediation_version", Text, nullable=False),
    Column("file_path", Text, nullable=False),
    Column("line", Integer),
    Column("column", Integer),
    Column("end_line", Integer),
    Column("end_column", Integer),
    Column("snippet", Text, nullable=False),
    Column("context", Text, nullable=False),
    Column("logical_location", Text, nullable=False),
    Column("subject", Text),  # NULL of what was stored before there was one
    Column("endpoints", Text, nullable=False),
    Column("param", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("sast_source_object", Text, nullable=False),
    Column("sast_sink_object", Text, nullable=False),
    Column("sast_source_line", Integer),
    Column("sast_source_file_path", Text, nullable=False),
    Column("scanner_confidence", Integer),
    Column("static_finding", Boolean, nullable=False),
    Column("dynamic_finding", Boolean, nullable=False),
    Column("date", Date),
    Column("publish_date", Date),
    Column("tags", Text, nullable=False),
    Column("nb_occurences", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("verified", Boolean, nullable=False),
    Column("false_p", Boolean, nullable=False),
    Column("out_of_scope", Boolean, nullable=False),
    Column("risk_accepted", Boolean, nullable=False),
    Column("under_review", Boolean, nullable=False),
    Column("is_mitigated", Boolean, nullable=False),
    Column("mitigated_at", UtcDateTime),
    # Whether the last complete report had it. A dismissed Finding may vanish without being closed.
    Column("reported", Boolean, nullable=False),
    # True when a person set the triage flags here: no sync changes them.
    Column("triaged", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index(None, "test_id", "scope"),
)

# One Record's Findings in one Test of a server: how the last attempt to send them ended.
sent_scopes = Table(
    "sent_scopes",
    metadata,
    Column("test_id", Id, ForeignKey("tests.id", ondelete="CASCADE"), primary_key=True),
    Column("scope", Text, primary_key=True),
    # Names the attempt whose end we have not seen; empty when all we hold is also there.
    Column("build_id", Text, nullable=False),
    Column("patient_until", UtcDateTime),  # until then that attempt may still be carried out
    Column("full_at", UtcDateTime),  # when everything was last sent
    Column("active_there", Integer, nullable=False),  # how many were active there right after
    # JSON: ids of Findings whose triage, as the tool has it, and whose facts that attempt may have told.
    Column("decided", Text, nullable=False),
    Column("patched", Text, nullable=False),
    # JSON: ids of Findings of which the server shows an older place; later Syncs change them.
    Column("owed", Text, nullable=False, server_default=""),
    # By which the server keeps them apart; empty: what versions made of the scope that did not write it down.
    Column("service", Text, nullable=False, server_default=""),
)

# What a server knows of one of our Findings.
sent_findings = Table(
    "sent_findings",
    metadata,
    Column("finding_id", Id, ForeignKey("findings.id", ondelete="CASCADE"), primary_key=True),
    Column("remote_id", BigInteger),  # looked up when it is first needed
    Column("confirmed", Boolean, nullable=False),  # false: sent for the first time, and no answer seen
    Column("anchor_hash", Text, nullable=False),
    Column("anchor", Text, nullable=False),  # what it was created with, and is found again by there
)
