"""A folder of reports."""
