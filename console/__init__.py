"""The analysts' pages and the HTTP API."""
