"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = sa.JSON().with_variant(JSONB(), "postgresql")
Time = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "connectors",
        sa.Column("id", Id, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("tool", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text()),
        sa.Column("options", Json, nullable=False),
        sa.Column("auto_map", sa.Boolean(), nullable=False),
        sa.Column("min_severity", sa.SmallInteger(), nullable=False),
        sa.Column("discover_schedule", sa.Text(), nullable=False),
        sa.Column("sync_schedule", sa.Text(), nullable=False),
        sa.Column("discover_due_at", Time),
        sa.Column("sync_due_at", Time),
        sa.Column("created_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_connectors"),
        sa.UniqueConstraint("label", name="uq_connectors_label"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "records",
        sa.Column("id", Id, nullable=False),
        sa.Column("connector_id", Id, nullable=False),
        sa.Column("vendor_id", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=False),
        sa.Column("details", Json, nullable=False),
        sa.Column("evidence", Json, nullable=False),
        sa.Column("product_ref", sa.Text()),
        sa.Column("product_name", sa.Text()),
        sa.Column("former_product_ref", sa.Text()),
        sa.Column("former_product_name", sa.Text()),
        sa.Column("first_discovered_at", Time, nullable=False),
        sa.Column("last_discovered_at", Time, nullable=False),
        sa.Column("finalized_at", Time),
        sa.Column("finalized_by", sa.Text()),
        sa.Column("last_synced_at", Time),
        sa.PrimaryKeyConstraint("id", name="pk_records"),
        sa.ForeignKeyConstraint(
            ["connector_id"], ["connectors.id"], name="fk_records_connector_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("connector_id", "scope", name="uq_records_connector_id_scope"),
        sa.UniqueConstraint("connector_id", "vendor_id", name="uq_records_connector_id_vendor_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_records_connector_id_state", "records", ["connector_id", "state"])
    op.create_index("ix_records_list", "records", [sa.text("lower(name)"), "id", "state", "connector_id"])
    op.create_index("ix_records_product_ref", "records", ["product_ref"])
    op.create_table(
        "mapping_changes",
        sa.Column("id", Id, nullable=False),
        sa.Column("batch", Id, nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("record_id", Id, nullable=False),
        sa.Column("connector_id", Id, nullable=False),
        sa.Column("vendor_id", sa.Text(), nullable=False),
        sa.Column("from_state", sa.Text()),
        sa.Column("to_state", sa.Text()),
        sa.Column("from_product", sa.Text()),
        sa.Column("to_product", sa.Text()),
        sa.Column("before", Json, nullable=False),
        sa.Column("undone_by", Id),
        sa.PrimaryKeyConstraint("id", name="pk_mapping_changes"),
    )
    op.create_index("ix_mapping_changes_batch", "mapping_changes", ["batch"])
    op.create_index("ix_mapping_changes_connector_id_vendor_id", "mapping_changes", ["connector_id", "vendor_id"])
    op.create_index("ix_mapping_changes_record_id", "mapping_changes", ["record_id"])
    op.create_table(
        "operations",
        sa.Column("id", Id, nullable=False),
        sa.Column("connector_id", Id),
        sa.Column("connector_label", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("queued_at", Time, nullable=False),
        sa.Column("started_at", Time),
        sa.Column("ended_at", Time),
        sa.Column("record_ids", Json),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("accept_large_change", sa.Boolean(), nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_operations"),
        sa.ForeignKeyConstraint(
            ["connector_id"], ["connectors.id"], name="fk_operations_connector_id", ondelete="SET NULL"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_operations_connector_id_status", "operations", ["connector_id", "status"])
    op.create_index("ix_operations_status", "operations", ["status"])
    op.create_table(
        "outcomes",
        sa.Column("id", Id, nullable=False),
        sa.Column("operation_id", Id, nullable=False),
        sa.Column("record_id", Id),
        sa.Column("record_name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outcomes"),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["operations.id"], name="fk_outcomes_operation_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_outcomes_operation_id", "outcomes", ["operation_id"])
    op.create_index("ix_outcomes_record_id", "outcomes", ["record_id"])
    op.create_table(
        "log_lines",
        sa.Column("id", Id, nullable=False),
        sa.Column("operation_id", Id, nullable=False),
        sa.Column("at", Time, nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_log_lines"),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["operations.id"], name="fk_log_lines_operation_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_log_lines_operation_id", "log_lines", ["operation_id"])
    op.create_table(
        "leases",
        sa.Column("connector_id", Id, nullable=False),
        sa.Column("operation_id", Id, nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("expires_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("connector_id", name="pk_leases"),
        sa.ForeignKeyConstraint(["connector_id"], ["connectors.id"], name="fk_leases_connector_id", ondelete="CASCADE"),
    )
    op.create_table(
        "product_types",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_product_types"),
        sa.UniqueConstraint("name", name="uq_product_types_name"),
    )
    op.create_table(
        "products",
        sa.Column("id", Id, nullable=False),
        sa.Column("product_type_id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_products"),
        sa.UniqueConstraint("name", name="uq_products_name"),
        sa.ForeignKeyConstraint(
            ["product_type_id"], ["product_types.id"], name="fk_products_product_type_id", ondelete="RESTRICT"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_products_product_type_id", "products", ["product_type_id"])
    op.create_table(
        "engagements",
        sa.Column("id", Id, nullable=False),
        sa.Column("product_id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_engagements"),
        sa.ForeignKeyConstraint(["product_id"], ["products.id"], name="fk_engagements_product_id", ondelete="CASCADE"),
        sa.UniqueConstraint("product_id", "name", name="uq_engagements_product_id_name"),
    )
    op.create_table(
        "tests",
        sa.Column("id", Id, nullable=False),
        sa.Column("engagement_id", Id, nullable=False),
        sa.Column("connector_id", Id),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("updated_at", Time, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tests"),
        sa.ForeignKeyConstraint(
            ["engagement_id"], ["engagements.id"], name="fk_tests_engagement_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["connector_id"], ["connectors.id"], name="fk_tests_connector_id", ondelete="SET NULL"),
        sa.UniqueConstraint("engagement_id", "connector_id", name="uq_tests_engagement_id_connector_id"),
    )
    op.create_index("ix_tests_connector_id", "tests", ["connector_id"])
    op.create_table(
        "findings",
        sa.Column("id", Id, nullable=False),
        sa.Column("test_id", Id, nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("place", Id, nullable=False),
        sa.Column("content", Id, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("mitigation", sa.Text(), nullable=False),
        sa.Column("impact", sa.Text(), nullable=False),
        sa.Column("references", sa.Text(), nullable=False),
        sa.Column("steps_to_reproduce", sa.Text(), nullable=False),
        sa.Column("severity_justification", sa.Text(), nullable=False),
        sa.Column("scanner", sa.Text(), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("unique_id", sa.Text(), nullable=False),
        sa.Column("cwe", sa.Integer()),
        sa.Column("cwes", sa.Text(), nullable=False),
        sa.Column("vulnerability_ids", sa.Text(), nullable=False),
        sa.Column("cvssv3", sa.Text(), nullable=False),
        sa.Column("cvssv3_score", sa.Float()),
        sa.Column("cvssv4", sa.Text(), nullable=False),
        sa.Column("cvssv4_score", sa.Float()),
        sa.Column("epss_score", sa.Float()),
        sa.Column("epss_percentile", sa.Float()),
        sa.Column("known_exploited", sa.Boolean()),
        sa.Column("ransomware_used", sa.Boolean()),
        sa.Column("kev_date", sa.Date()),
        sa.Column("component_name", sa.Text(), nullable=False),
        sa.Column("component_version", sa.Text(), nullable=False),
        sa.Column("fix_available", sa.Boolean()),
        sa.Column("fix_version", sa.Text(), nullable=False),
        sa.Column("effort_for_fixing", sa.Text(), nullable=False),
        sa.Column("planned_remediation_date", sa.Date()),
        sa.Column("planned_remediation_version", sa.Text(), nullable=False),
        sa.Column("file_path", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer()),
        sa.Column("column", sa.Integer()),
        sa.Column("end_line", sa.Integer()),
        sa.Column("end_column", sa.Integer()),
        sa.Column("snippet", sa.Text(), nullable=False),
        sa.Column("context", sa.Text(), nullable=False),
        sa.Column("logical_location", sa.Text(), nullable=False),
        sa.Column("endpoints", sa.Text(), nullable=False),
        sa.Column("param", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("sast_source_object", sa.Text(), nullable=False),
        sa.Column("sast_sink_object", sa.Text(), nullable=False),
        sa.Column("sast_source_line", sa.Integer()),
        sa.Column("sast_source_file_path", sa.Text(), nullable=False),
        sa.Column("scanner_confidence", sa.Integer()),
        sa.Column("static_finding", sa.Boolean(), nullable=False),
        sa.Column("dynamic_finding", sa.Boolean(), nullable=False),
        sa.Column("date", sa.Date()),
        sa.Column("publish_date", sa.Date()),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("nb_occurences", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("false_p", sa.Boolean(), nullable=False),
        sa.Column("out_of_scope", sa.Boolean(), nullable=False),
        sa.Column("risk_accepted", sa.Boolean(), nullable=False),
        sa.Column("under_review", sa.Boolean(), nullable=False),
        sa.Column("is_mitigated", sa.Boolean(), nullable=False),
        sa.Column("mitigated_at", Time),
        sa.Column("reported", sa.Boolean(), nullable=False),
        sa.Column("triaged", sa.Boolean(), nullable=False),
        sa.Column("created_at", Time, nullable=False),
        sa.Column("updated_at", Time, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_findings"),
        sa.ForeignKeyConstraint(["test_id"], ["tests.id"], name="fk_findings_test_id", ondelete="CASCADE"),
    )
    op.create_index("ix_findings_test_id_scope", "findings", ["test_id", "scope"])
