"""Phrases that are indicators, and indicators that follow from other mentions."""
