"""Rules about several rows that the database keeps itself."""

import pgtrigger


def only_if(name: str, holds: str, sentence: str, *, operation=pgtrigger.Insert) -> pgtrigger.Trigger:
    """Refuses, like a broken constraint, a row for which `holds` is not true: SQL about the row `NEW`."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=operation,
        func=f"""
            IF ({holds}) IS NOT TRUE THEN
                RAISE EXCEPTION '{sentence}' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """,
    )


def only_forward(name: str) -> pgtrigger.Protect:
    """A running number is never set back: its book would have the same number twice."""
    return pgtrigger.Protect(
        name=name,
        operation=pgtrigger.Update,
        condition=pgtrigger.Q(new__last_number__lt=pgtrigger.F("old__last_number")),
    )
