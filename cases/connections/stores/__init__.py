"""Stores of papers and facts that others keep: personal data store, civil status, business registration.

`facts` says what each of them can do, `client` speaks the protocol that they share, and each has its own words.
"""
