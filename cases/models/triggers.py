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


CODE_IS_NOT_IN_THE_ARCHIVE = only_if(
    "dossier_code_is_not_in_the_archive",
    "NEW.code IS NULL OR NOT EXISTS (SELECT 1 FROM cases_archiveddossier WHERE code = NEW.code)",
    "this code was given to a dossier that is in the archive",
    operation=pgtrigger.Insert | pgtrigger.UpdateOf("code"),
)
