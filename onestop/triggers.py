"""Rules that the database keeps itself, for every application: what is never set back and never thrown away."""

import pgtrigger


def only_forward(name: str) -> pgtrigger.Protect:
    """A running number is never set back: its book would have the same number twice."""
    return pgtrigger.Protect(
        name=name,
        operation=pgtrigger.Update,
        condition=pgtrigger.Q(new__last_number__lt=pgtrigger.F("old__last_number")),
    )


def not_emptied(name: str) -> pgtrigger.Trigger:
    """Refuses TRUNCATE, which no trigger of a row sees; only the database of the tests allows it."""
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="""
            IF current_setting('onestop.may_truncate', true) IS DISTINCT FROM 'on' THEN
                RAISE EXCEPTION 'history is not thrown away: %', TG_TABLE_NAME;
            END IF;
            RETURN NULL;
        """,
    )
