"""Names that an ad gives."""
