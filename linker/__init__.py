"""Links ads that belong together, says why, and knows where that stops."""
