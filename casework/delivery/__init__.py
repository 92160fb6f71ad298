"""Delivery: alerts on their way to people who are not looking at the console."""
