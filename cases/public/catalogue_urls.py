"""Addresses of the catalogue for everybody, within the namespace `public`."""

from django.urls import path

from cases.public import catalogue, postings

urlpatterns = [
    path("thu-tuc/", catalogue.procedures, name="procedures"),
    path("thu-tuc/<str:code>/", catalogue.procedure, name="procedure"),
    path("thu-tuc/<str:code>/mau/<int:pk>/", catalogue.procedure_form, name="procedure_form"),
    path("niem-yet/", postings.desks, name="postings"),
    path("niem-yet/<str:identifier>/", postings.desk, name="posting"),
    path("niem-yet/<str:identifier>/danh-muc.pdf", postings.list_pdf, name="posting_pdf"),
    path("niem-yet/<str:identifier>/<str:code>/to-niem-yet.pdf", postings.sheet_pdf, name="posting_sheet"),
]
