"""Searchable documents, the query language, and two search engines behind one protocol."""
