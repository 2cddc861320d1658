"""Stand-ins for services outside, for demonstrations and tests; never for a server."""
