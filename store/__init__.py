"""The workspace: engine, settings, what is pending, outbox, health rows, suppression, and the audit log."""
