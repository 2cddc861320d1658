"""Packages by which agencies of different installations exchange parts of dossiers (docs/exchange.md)."""
