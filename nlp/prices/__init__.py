"""Prices: amount, currency and the time it buys."""
