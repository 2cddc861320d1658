"""The HTTP API under `/api/v1/`: shapes are checked here, the law is in the services."""
