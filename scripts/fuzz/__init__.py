"""Schemathesis over `docs/openapi.yaml` against a server that runs: `make fuzz` (long) and the suite (short)."""
