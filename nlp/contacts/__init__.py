"""E-mail and web addresses, handles, and ways to pay."""
