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


def chained(name: str) -> pgtrigger.Trigger:
    """Puts every new row of the history into the chain of the desk that received its dossier."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        func="""
            INSERT INTO cases_auditentry (agency_id, event, at, basis, digest, previous, hash)
            SELECT receiving_desk_id, NEW.id, NEW.at, '', '', '', ''
              FROM cases_dossier
             WHERE id = NEW.dossier_id;
            RETURN NULL;
        """,
    )
