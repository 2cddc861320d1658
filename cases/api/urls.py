"""Addresses of the API, under `/api/`."""

from django.http import Http404
from django.urls import include, path, re_path
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from cases.api.views.base import PublicView
from cases.api.views.catalogue import ProcedureListView, ProcedureView
from cases.api.views.consultations import AnswerView, QuestionListView
from cases.api.views.dossiers import (
    AskAtDeskView,
    DocumentListView,
    DocumentView,
    DossierListView,
    DossierView,
    FilingListView,
    MeView,
    OverdueListView,
    ReceiptView,
    RefuseAtDeskView,
)
from cases.api.views.letters import LetterListView, LetterPdfView, LetterView
from cases.api.views.lookup import StatusView
from cases.api.views.registers import CertificationListView
from cases.api.views.verbs import VERBS, VerbView

app_name = "api"


@extend_schema(exclude=True)
class NowhereView(PublicView):
    """Addresses that do not exist answer in the shape of all problems."""

    def initial(self, request, *args, **kwargs):
        raise Http404


v1 = [
    path("status/<str:code>/", StatusView.as_view(), name="status"),
    path("procedures/", ProcedureListView.as_view(), name="procedures"),
    path("procedures/<str:code>/", ProcedureView.as_view(), name="procedure"),
    path("me/", MeView.as_view(), name="me"),
    path("dossiers/", DossierListView.as_view(), name="dossiers"),
    path("dossiers/<str:ref>/", DossierView.as_view(), name="dossier"),
    path("dossiers/<str:ref>/receipt.pdf", ReceiptView.as_view(), name="receipt"),
    path("dossiers/<str:ref>/documents/", DocumentListView.as_view(), name="documents"),
    path("dossiers/<str:ref>/documents/<int:pk>/", DocumentView.as_view(), name="document"),
    *(
        path(f"dossiers/<str:ref>/{act.name}/", VerbView.as_view(act=act), name=str(act.name))
        for act in VERBS
    ),
    path("filings/", FilingListView.as_view(), name="filings"),
    path("filings/ask_at_desk/", AskAtDeskView.as_view(), name="ask_at_desk"),
    path("filings/refuse_at_desk/", RefuseAtDeskView.as_view(), name="refuse_at_desk"),
    path("certifications/", CertificationListView.as_view(), name="certifications"),
    path("consultations/", QuestionListView.as_view(), name="consultations"),
    path("consultations/<int:pk>/answer/", AnswerView.as_view(), name="consultation_answer"),
    path("overdue/", OverdueListView.as_view(), name="overdue"),
    path("letters/", LetterListView.as_view(), name="letters"),
    path("letters/<int:pk>/", LetterView.as_view(), name="letter"),
    path("letters/<int:pk>/pdf/", LetterPdfView.as_view(), name="letter_pdf"),
    path("schema/", SpectacularAPIView.as_view(authentication_classes=[]), name="schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(url_name="api:schema", authentication_classes=[]),
        name="docs",
    ),
]
urlpatterns = [
    path("v1/", include(v1)),
    # With a slash at the end only: without it Django first tries the address with one.
    re_path(r"^.*/$|^$", NowhereView.as_view()),
]
