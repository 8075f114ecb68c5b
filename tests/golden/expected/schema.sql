CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE closings (
	id INTEGER NOT NULL, 
	batch INTEGER NOT NULL, 
	connector_id INTEGER NOT NULL, 
	record_id INTEGER NOT NULL, 
	record_name TEXT NOT NULL, 
	scope TEXT NOT NULL, 
	product_ref TEXT NOT NULL, 
	product_name TEXT NOT NULL, 
	ended_at DATETIME, 
	closed INTEGER NOT NULL, 
	CONSTRAINT pk_closings PRIMARY KEY (id), 
	CONSTRAINT fk_closings_connector_id FOREIGN KEY(connector_id) REFERENCES connectors (id) ON DELETE CASCADE
);
CREATE INDEX ix_closings_batch ON closings (batch);
CREATE INDEX ix_closings_connector_id_ended_at ON closings (connector_id, ended_at);
CREATE TABLE connectors (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	label TEXT NOT NULL, 
	tool TEXT NOT NULL, 
	location TEXT NOT NULL, 
	secret TEXT, 
	options JSON NOT NULL, 
	auto_map BOOLEAN NOT NULL, 
	min_severity SMALLINT NOT NULL, 
	discover_schedule TEXT NOT NULL, 
	sync_schedule TEXT NOT NULL, 
	discover_due_at DATETIME, 
	sync_due_at DATETIME, 
	created_at DATETIME NOT NULL, 
	CONSTRAINT uq_connectors_label UNIQUE (label)
);
CREATE TABLE destinations (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	url TEXT NOT NULL, 
	secret TEXT, 
	ca_file TEXT NOT NULL, 
	verify BOOLEAN NOT NULL, 
	product_type TEXT NOT NULL, 
	chosen BOOLEAN NOT NULL, 
	mark TEXT NOT NULL, 
	products_read_at DATETIME, 
	created_at DATETIME NOT NULL, at_once INTEGER DEFAULT '4' NOT NULL, 
	CONSTRAINT uq_destinations_url UNIQUE (url)
);
CREATE TABLE engagements (
	id INTEGER NOT NULL, 
	product_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	created_at DATETIME NOT NULL, remote_id BIGINT, 
	CONSTRAINT pk_engagements PRIMARY KEY (id), 
	CONSTRAINT fk_engagements_product_id FOREIGN KEY(product_id) REFERENCES products (id) ON DELETE CASCADE, 
	CONSTRAINT uq_engagements_product_id_name UNIQUE (product_id, name)
);
CREATE TABLE findings (
	id INTEGER NOT NULL, 
	test_id INTEGER NOT NULL, 
	scope TEXT NOT NULL, 
	place INTEGER NOT NULL, 
	content INTEGER NOT NULL, 
	title TEXT NOT NULL, 
	severity SMALLINT NOT NULL, 
	description TEXT NOT NULL, 
	mitigation TEXT NOT NULL, 
	impact TEXT NOT NULL, 
	"references" TEXT NOT NULL, 
	steps_to_reproduce TEXT NOT NULL, 
	severity_justification TEXT NOT NULL, 
	scanner TEXT NOT NULL, 
	rule_id TEXT NOT NULL, 
	unique_id TEXT NOT NULL, 
	cwe INTEGER, 
	cwes TEXT NOT NULL, 
	vulnerability_ids TEXT NOT NULL, 
	cvssv3 TEXT NOT NULL, 
	cvssv3_score FLOAT, 
	cvssv4 TEXT NOT NULL, 
	cvssv4_score FLOAT, 
	epss_score FLOAT, 
	epss_percentile FLOAT, 
	known_exploited BOOLEAN, 
	ransomware_used BOOLEAN, 
	kev_date DATE, 
	component_name TEXT NOT NULL, 
	component_version TEXT NOT NULL, 
	fix_available BOOLEAN, 
	fix_version TEXT NOT NULL, 
	effort_for_fixing TEXT NOT NULL, 
	planned_remediation_date DATE, 
	planned_remediation_version TEXT NOT NULL, 
	file_path TEXT NOT NULL, 
	line INTEGER, 
	"column" INTEGER, 
	end_line INTEGER, 
	end_column INTEGER, 
	snippet TEXT NOT NULL, 
	context TEXT NOT NULL, 
	logical_location TEXT NOT NULL, 
	endpoints TEXT NOT NULL, 
	param TEXT NOT NULL, 
	payload TEXT NOT NULL, 
	service TEXT NOT NULL, 
	sast_source_object TEXT NOT NULL, 
	sast_sink_object TEXT NOT NULL, 
	sast_source_line INTEGER, 
	sast_source_file_path TEXT NOT NULL, 
	scanner_confidence INTEGER, 
	static_finding BOOLEAN NOT NULL, 
	dynamic_finding BOOLEAN NOT NULL, 
	date DATE, 
	publish_date DATE, 
	tags TEXT NOT NULL, 
	nb_occurences INTEGER NOT NULL, 
	active BOOLEAN NOT NULL, 
	verified BOOLEAN NOT NULL, 
	false_p BOOLEAN NOT NULL, 
	out_of_scope BOOLEAN NOT NULL, 
	risk_accepted BOOLEAN NOT NULL, 
	under_review BOOLEAN NOT NULL, 
	is_mitigated BOOLEAN NOT NULL, 
	mitigated_at DATETIME, 
	reported BOOLEAN NOT NULL, 
	triaged BOOLEAN NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, subject TEXT, wording TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_findings PRIMARY KEY (id), 
	CONSTRAINT fk_findings_test_id FOREIGN KEY(test_id) REFERENCES tests (id) ON DELETE CASCADE
);
CREATE INDEX ix_findings_test_id_scope ON findings (test_id, scope);
CREATE TABLE leases (
	connector_id INTEGER NOT NULL, 
	operation_id INTEGER NOT NULL, 
	owner TEXT NOT NULL, 
	expires_at DATETIME NOT NULL, 
	CONSTRAINT pk_leases PRIMARY KEY (connector_id), 
	CONSTRAINT fk_leases_connector_id FOREIGN KEY(connector_id) REFERENCES connectors (id) ON DELETE CASCADE
);
CREATE TABLE log_lines (
	id INTEGER NOT NULL, 
	operation_id INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	level TEXT NOT NULL, 
	message TEXT NOT NULL, 
	CONSTRAINT pk_log_lines PRIMARY KEY (id), 
	CONSTRAINT fk_log_lines_operation_id FOREIGN KEY(operation_id) REFERENCES operations (id) ON DELETE CASCADE
);
CREATE INDEX ix_log_lines_operation_id ON log_lines (operation_id);
CREATE TABLE mapping_changes (
	id INTEGER NOT NULL, 
	batch INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	"by" TEXT NOT NULL, 
	act TEXT NOT NULL, 
	record_id INTEGER NOT NULL, 
	connector_id INTEGER NOT NULL, 
	vendor_id TEXT NOT NULL, 
	from_state TEXT, 
	to_state TEXT, 
	from_product TEXT, 
	to_product TEXT, 
	"before" JSON NOT NULL, 
	undone_by INTEGER, rule TEXT, 
	CONSTRAINT pk_mapping_changes PRIMARY KEY (id)
);
CREATE INDEX ix_mapping_changes_batch ON mapping_changes (batch);
CREATE INDEX ix_mapping_changes_deleted ON mapping_changes (connector_id) WHERE act = 'delete';
CREATE INDEX ix_mapping_changes_record_id ON mapping_changes (record_id);
CREATE TABLE operations (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	connector_id INTEGER, 
	connector_label TEXT NOT NULL, 
	type TEXT NOT NULL, 
	status TEXT NOT NULL, 
	"trigger" TEXT NOT NULL, 
	queued_at DATETIME NOT NULL, 
	started_at DATETIME, 
	ended_at DATETIME, 
	record_ids JSON, 
	dry_run BOOLEAN NOT NULL, 
	accept_large_change BOOLEAN NOT NULL, 
	cancel_requested BOOLEAN NOT NULL, 
	owner TEXT NOT NULL, 
	counts JSON NOT NULL, 
	error TEXT NOT NULL, cause TEXT DEFAULT '' NOT NULL, trust_renames BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT fk_operations_connector_id FOREIGN KEY(connector_id) REFERENCES connectors (id) ON DELETE SET NULL
);
CREATE INDEX ix_operations_connector_id_status ON operations (connector_id, status);
CREATE INDEX ix_operations_status ON operations (status);
CREATE TABLE outcomes (
	id INTEGER NOT NULL, 
	operation_id INTEGER NOT NULL, 
	record_id INTEGER, 
	record_name TEXT NOT NULL, 
	status TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	counts JSON NOT NULL, 
	at DATETIME NOT NULL, cause TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_outcomes PRIMARY KEY (id), 
	CONSTRAINT fk_outcomes_operation_id FOREIGN KEY(operation_id) REFERENCES operations (id) ON DELETE CASCADE
);
CREATE INDEX ix_outcomes_operation_id ON outcomes (operation_id);
CREATE INDEX ix_outcomes_record_id ON outcomes (record_id);
CREATE TABLE product_types (
	id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	CONSTRAINT pk_product_types PRIMARY KEY (id), 
	CONSTRAINT uq_product_types_name UNIQUE (name)
);
CREATE TABLE "products" (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	product_type_id INTEGER NOT NULL, 
	name TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	destination_id INTEGER, 
	remote_id BIGINT, 
	gone BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT fk_products_product_type_id FOREIGN KEY(product_type_id) REFERENCES product_types (id) ON DELETE RESTRICT, 
	CONSTRAINT fk_products_destination_id FOREIGN KEY(destination_id) REFERENCES destinations (id) ON DELETE CASCADE, 
	CONSTRAINT uq_products_destination_id_remote_id UNIQUE (destination_id, remote_id)
);
CREATE INDEX ix_products_destination_id_name ON products (destination_id, name);
CREATE INDEX ix_products_product_type_id ON products (product_type_id);
CREATE UNIQUE INDEX uq_products_embedded_name ON products (name) WHERE destination_id IS NULL;
CREATE TABLE records (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	connector_id INTEGER NOT NULL, 
	vendor_id TEXT NOT NULL, 
	scope TEXT NOT NULL, 
	name TEXT NOT NULL, 
	state TEXT NOT NULL, 
	state_reason TEXT NOT NULL, 
	details JSON NOT NULL, 
	evidence JSON NOT NULL, 
	product_ref TEXT, 
	product_name TEXT, 
	former_product_ref TEXT, 
	former_product_name TEXT, 
	first_discovered_at DATETIME NOT NULL, 
	last_discovered_at DATETIME NOT NULL, 
	finalized_at DATETIME, 
	finalized_by TEXT, 
	last_synced_at DATETIME, 
	CONSTRAINT fk_records_connector_id FOREIGN KEY(connector_id) REFERENCES connectors (id) ON DELETE CASCADE, 
	CONSTRAINT uq_records_connector_id_scope UNIQUE (connector_id, scope), 
	CONSTRAINT uq_records_connector_id_vendor_id UNIQUE (connector_id, vendor_id)
);
CREATE INDEX ix_records_connector_id_state ON records (connector_id, state);
CREATE INDEX ix_records_list ON records (lower(name), id, state, connector_id);
CREATE INDEX ix_records_product_ref ON records (product_ref);
CREATE TABLE renames (
	id INTEGER NOT NULL, 
	test_id INTEGER NOT NULL, 
	scope TEXT NOT NULL, 
	was TEXT NOT NULL, 
	now TEXT NOT NULL, 
	was_rule TEXT NOT NULL, 
	now_rule TEXT NOT NULL, 
	CONSTRAINT pk_renames PRIMARY KEY (id), 
	CONSTRAINT fk_renames_test_id FOREIGN KEY(test_id) REFERENCES tests (id) ON DELETE CASCADE
);
CREATE INDEX ix_renames_test_id_scope ON renames (test_id, scope);
CREATE TABLE rules (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	connector_id INTEGER, 
	position INTEGER NOT NULL, 
	pattern TEXT NOT NULL, 
	product TEXT, 
	product_type TEXT, 
	CONSTRAINT fk_rules_connector_id FOREIGN KEY(connector_id) REFERENCES connectors (id) ON DELETE CASCADE
);
CREATE TABLE sent_findings (
	finding_id INTEGER NOT NULL, 
	remote_id BIGINT, 
	confirmed BOOLEAN NOT NULL, 
	anchor_hash TEXT NOT NULL, 
	anchor TEXT NOT NULL, 
	CONSTRAINT pk_sent_findings PRIMARY KEY (finding_id), 
	CONSTRAINT fk_sent_findings_finding_id FOREIGN KEY(finding_id) REFERENCES findings (id) ON DELETE CASCADE
);
CREATE TABLE sent_scopes (
	test_id INTEGER NOT NULL, 
	scope TEXT NOT NULL, 
	build_id TEXT NOT NULL, 
	patient_until DATETIME, 
	full_at DATETIME, 
	active_there INTEGER NOT NULL, 
	decided TEXT NOT NULL, 
	patched TEXT NOT NULL, owed TEXT DEFAULT '' NOT NULL, service TEXT DEFAULT '' NOT NULL, 
	CONSTRAINT pk_sent_scopes PRIMARY KEY (test_id, scope), 
	CONSTRAINT fk_sent_scopes_test_id FOREIGN KEY(test_id) REFERENCES tests (id) ON DELETE CASCADE
);
CREATE TABLE sqlite_sequence(name,seq);
CREATE TABLE suggestion_state (
	id INTEGER NOT NULL, 
	basis TEXT NOT NULL, 
	change_id INTEGER NOT NULL, 
	CONSTRAINT pk_suggestion_state PRIMARY KEY (id)
);
CREATE TABLE suggestions (
	record_id INTEGER NOT NULL, 
	product_ref TEXT, 
	product_name TEXT, 
	confidence FLOAT NOT NULL, 
	why TEXT NOT NULL, 
	"key" TEXT NOT NULL, 
	prefix TEXT NOT NULL, 
	text TEXT NOT NULL, 
	CONSTRAINT pk_suggestions PRIMARY KEY (record_id), 
	CONSTRAINT fk_suggestions_record_id FOREIGN KEY(record_id) REFERENCES records (id) ON DELETE CASCADE
);
CREATE INDEX ix_suggestions_key ON suggestions ("key");
CREATE INDEX ix_suggestions_prefix ON suggestions (prefix);
CREATE TABLE tests (
	id INTEGER NOT NULL, 
	engagement_id INTEGER NOT NULL, 
	connector_id INTEGER, 
	title TEXT NOT NULL, 
	created_at DATETIME NOT NULL, 
	updated_at DATETIME NOT NULL, 
	revision INTEGER NOT NULL, remote_id BIGINT, 
	CONSTRAINT pk_tests PRIMARY KEY (id), 
	CONSTRAINT fk_tests_engagement_id FOREIGN KEY(engagement_id) REFERENCES engagements (id) ON DELETE CASCADE, 
	CONSTRAINT fk_tests_connector_id FOREIGN KEY(connector_id) REFERENCES connectors (id) ON DELETE SET NULL, 
	CONSTRAINT uq_tests_engagement_id_connector_id UNIQUE (engagement_id, connector_id)
);
CREATE INDEX ix_tests_connector_id ON tests (connector_id);
CREATE TABLE triage_changes (
	id INTEGER NOT NULL, 
	batch INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	"by" TEXT NOT NULL, 
	finding_id INTEGER NOT NULL, 
	decision TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	"before" JSON NOT NULL, 
	undone BOOLEAN NOT NULL, 
	CONSTRAINT pk_triage_changes PRIMARY KEY (id), 
	CONSTRAINT fk_triage_changes_finding_id FOREIGN KEY(finding_id) REFERENCES findings (id) ON DELETE CASCADE
);
CREATE INDEX ix_triage_changes_batch ON triage_changes (batch);
CREATE INDEX ix_triage_changes_finding_id ON triage_changes (finding_id);
