"""Reads ads: mentions with exact spans, and the masked text that linking and scoring see."""
