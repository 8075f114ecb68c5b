"""A DefectDojo server, over its REST API v2."""
