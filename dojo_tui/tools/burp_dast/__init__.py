"""Burp Suite DAST."""
