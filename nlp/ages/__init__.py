"""Ages as written."""
