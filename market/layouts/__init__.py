"""The layouts of the rehearsal sites: each turns a path into a page."""
