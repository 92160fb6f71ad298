"""Watching: every watch asked about every new or changed ad, swept nightly, and proved to have missed nothing."""
