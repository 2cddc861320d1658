"""Where log lines go and how they look; what names people is masked (`onestop.redaction`)."""

FORMATS = ("json", "text")


def logging_at(level: str, form: str) -> dict:
    """The configuration of `logging`: everything from `level` on, as `text` for people or `json` for programs."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "text": {
                "()": "onestop.redaction.RedactingFormatter",
                "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
            },
            "json": {"()": "onestop.redaction.JsonFormatter"},
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": form}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "httpx": {"level": "WARNING"},
            "axes": {"level": "WARNING"},
            "django.request": {"level": "ERROR"},
        },
    }
