"""The rehearsal market: a seeded synthetic world of ads, served over HTTP, with the truth behind it."""
