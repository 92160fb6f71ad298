"""Telephone numbers however they are written."""
