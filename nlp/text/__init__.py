"""Text for extractors: folded, with the way back to its characters; and words found in it."""
