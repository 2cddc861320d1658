from django.db import migrations


def number(apps, schema_editor):
    """Dossiers received before there were log books get their numbers in the order of reception (R42)."""
    schema_editor.execute(
        """
        WITH numbered AS (
            SELECT id,
                   EXTRACT(YEAR FROM received_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::int AS year,
                   ROW_NUMBER() OVER (
                       PARTITION BY receiving_desk_id,
                                    EXTRACT(YEAR FROM received_at AT TIME ZONE 'Asia/Ho_Chi_Minh')
                       ORDER BY received_at, id) AS number
              FROM cases_dossier WHERE code IS NOT NULL)
        UPDATE cases_dossier d SET book_year = n.year, book_number = n.number
          FROM numbered n WHERE n.id = d.id
        """
    )
    schema_editor.execute(
        """
        UPDATE cases_dossier
           SET reception_day = (COALESCE(received_at, filed_at) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
        """
    )
    schema_editor.execute(
        """
        INSERT INTO cases_logbook (desk_id, year, last_number)
        SELECT receiving_desk_id, book_year, MAX(book_number)
          FROM cases_dossier WHERE book_number IS NOT NULL GROUP BY 1, 2
        """
    )


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_law_in_full")]
    operations = [migrations.RunPython(number, migrations.RunPython.noop)]
