"""Contacts, prices and ages as an outsider would write them to get past the reader: `sidelight market make --red-team`."""
