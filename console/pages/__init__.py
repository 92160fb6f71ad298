"""One file for each page: its address, what it records, what it shows."""
