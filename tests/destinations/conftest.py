"""The embedded destination lies in the store, so its tests run on PostgreSQL too (see services/conftest.py)."""

from tests.services.conftest import store_url

__all__ = ["store_url"]
