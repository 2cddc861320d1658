"""Django's PostgreSQL backend that starts the private servers on the first connection."""
