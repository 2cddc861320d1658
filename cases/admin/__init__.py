"""The back office of dossiers and letters: lists, pages and buttons; no rule lives here."""

from django.contrib import admin

from cases.admin import (
    absences,
    consultations,
    corrections,
    demands,
    dossiers,
    letters,
    log_books,
    messages,
    overdue,
    reception,
    revisions,
    scans,
)

__all__ = [
    "absences",
    "consultations",
    "corrections",
    "demands",
    "dossiers",
    "letters",
    "log_books",
    "messages",
    "overdue",
    "reception",
    "revisions",
    "scans",
]

admin.site.add_page("tiep-nhan/", reception.reception, "reception")
admin.site.add_page("tiep-nhan/tim/", reception.search, "reception_search")
admin.site.add_page("tiep-nhan/hen/", reception.preview, "reception_preview")
admin.site.add_page("tiep-nhan/<int:pk>/", reception.filing, "filing_reception")
admin.site.add_page("tiep-nhan/<int:pk>/bo-sung/", reception.filing_completed, "filing_completed")
admin.site.add_page("dinh-chinh/<int:pk>/", corrections.correction, "correction")
admin.site.add_page("mat-giay-to/<int:pk>/", corrections.papers_lost, "papers_lost")
admin.site.add_page("so-hoa/<int:pk>/", scans.scans, "scans")
admin.site.add_page("so-hoa/<int:pk>/chuyen/", scans.digitize, "digitize")
admin.site.add_page("so-theo-doi/", log_books.log_books, "log_books")
admin.site.add_page("so-theo-doi/<int:pk>/<int:volume>/", log_books.log_book, "log_book")
admin.site.add_page("so-theo-doi/<int:pk>/dong/", log_books.close, "log_book_close")
admin.site.add_page("hoi-y-kien/", consultations.questions, "questions")
admin.site.add_page("hoi-y-kien/<int:pk>/", consultations.answer, "consultation_answer")
admin.site.add_page("vang-mat/", absences.absences, "absences")
admin.site.add_page("qua-han/", overdue.overdue, "overdue")
admin.site.add_page("qua-han/khong-xin-loi/", overdue.breaches, "breaches")
admin.site.add_page("qua-han/<int:pk>/du-thao/", letters.draft, "apology_draft")
