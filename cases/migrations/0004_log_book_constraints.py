from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_number_the_log_books")]
    operations = [
        migrations.AddConstraint(
            model_name='dossier',
            constraint=models.UniqueConstraint(fields=('receiving_desk', 'book_year', 'book_number'), name='dossier_book_number_once'),
        ),
        migrations.AddConstraint(
            model_name='dossier',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('book_number__isnull', True), ('book_year__isnull', True), ('code__isnull', True)), models.Q(('book_number__gte', 1), ('book_year__isnull', False), ('code__isnull', False)), _connector='OR'), name='dossier_received_is_in_the_book'),
        ),
    ]
