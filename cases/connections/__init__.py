"""The systems around this one: what they are told and asked, in their own protocols. No database."""
