"""Demonstration data: dossiers whose lives are told by the services on a moved clock."""
