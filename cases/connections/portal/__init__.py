"""The National Public Service Portal as its interface is seen in public code: session, calls, codes of answers."""

from cases.connections.portal.client import Access, Known, Portal, ProcedureThere

__all__ = ["Access", "Known", "Portal", "ProcedureThere"]
