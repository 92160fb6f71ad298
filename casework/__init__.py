"""People's work: accounts, the daily queue, decisions, watches and alerts, evidence, retention."""
