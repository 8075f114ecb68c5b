"""GitHub: alerts of GitHub Advanced Security, and repositories as assets."""
