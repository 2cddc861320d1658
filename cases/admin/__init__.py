"""The back office of dossiers and letters: lists, pages and buttons; no rule lives here."""

from django.contrib import admin

from cases.admin import dossiers, letters, messages, overdue, reception, scans

__all__ = ["dossiers", "letters", "messages", "overdue", "reception", "scans"]

admin.site.add_page("tiep-nhan/", reception.reception, "reception")
admin.site.add_page("tiep-nhan/tim/", reception.search, "reception_search")
admin.site.add_page("tiep-nhan/hen/", reception.preview, "reception_preview")
admin.site.add_page("tiep-nhan/<int:pk>/", reception.filing, "filing_reception")
admin.site.add_page("tiep-nhan/<int:pk>/bo-sung/", reception.filing_completed, "filing_completed")
admin.site.add_page("so-hoa/<int:pk>/", scans.scans, "scans")
admin.site.add_page("so-hoa/<int:pk>/chuyen/", scans.digitize, "digitize")
admin.site.add_page("qua-han/", overdue.overdue, "overdue")
admin.site.add_page("qua-han/<int:pk>/du-thao/", letters.draft, "apology_draft")
