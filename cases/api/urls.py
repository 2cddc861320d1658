"""Addresses of the API, under `/api/`."""

from django.http import Http404
from django.urls import include, path, re_path
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from cases.api.views.at_once import AtOnceView
from cases.api.views.base import PublicView
from cases.api.views.calculator import CalculatorView
from cases.api.views.catalogue import ProcedureListView, ProcedureView
from cases.api.views.consultations import AnswerView, QuestionListView
from cases.api.views.documents import (
    DocumentListView,
    DocumentView,
    RemoveView,
    ReuseView,
    TurnView,
)
from cases.api.views.dossiers import (
    AskAtDeskView,
    DossierListView,
    DossierSearchView,
    DossierView,
    FilingListView,
    MeView,
    OverdueListView,
    RefuseAtDeskView,
)
from cases.api.views.exchange import ExchangeView
from cases.api.views.exchange_requests import (
    AnswerExchangeRequestView,
    ExchangeRequestFileView,
    ExchangeRequestListView,
    ExchangeRequestView,
)
from cases.api.views.letters import (
    ApproveLetterView,
    CancelLetterView,
    LetterListView,
    LetterPdfView,
    LetterView,
    PrepareLetterView,
    SendLetterView,
)
from cases.api.views.lookup import StatusAppointmentView, StatusLetterView, StatusView
from cases.api.views.population import CheckApplicantView
from cases.api.views.printouts import ControlSlipView, LogBookView, ReceiptView
from cases.api.views.registers import CertificationListView
from cases.api.views.verbs import VERBS, VerbView
from cases.api.views.webhooks import (
    DeliveryListView,
    ReplayView,
    WebhookListView,
    WebhookPingView,
    WebhookSecretView,
    WebhookSwitchView,
)

app_name = "api"


@extend_schema(exclude=True)
class NowhereView(PublicView):
    """Addresses that do not exist answer in the shape of all problems."""

    def initial(self, request, *args, **kwargs):
        raise Http404


v1 = [
    path("status/<str:code>/", StatusView.as_view(), name="status"),
    path("status/<str:code>/letters/<int:pk>.pdf", StatusLetterView.as_view(), name="status_letter"),
    path("status/<str:code>/appointment.ics", StatusAppointmentView.as_view(), name="status_appointment"),
    path("procedures/", ProcedureListView.as_view(), name="procedures"),
    path("procedures/<str:code>/", ProcedureView.as_view(), name="procedure"),
    path("calculator/", CalculatorView.as_view(), name="calculator"),
    path("me/", MeView.as_view(), name="me"),
    path("dossiers/", DossierListView.as_view(), name="dossiers"),
    path("dossiers/decide_at_once/", AtOnceView.as_view(), name="decide_at_once"),
    path("dossiers/search/", DossierSearchView.as_view(), name="search"),
    path("dossiers/<str:ref>/", DossierView.as_view(), name="dossier"),
    path("dossiers/<str:ref>/receipt.pdf", ReceiptView.as_view(), name="receipt"),
    path("dossiers/<str:ref>/control_slip.pdf", ControlSlipView.as_view(), name="control_slip"),
    path("dossiers/<str:ref>/check_applicant/", CheckApplicantView.as_view(), name="check_applicant"),
    path("dossiers/<str:ref>/documents/", DocumentListView.as_view(), name="documents"),
    path("dossiers/<str:ref>/documents/<int:pk>/", DocumentView.as_view(), name="document"),
    path("dossiers/<str:ref>/documents/<int:pk>/turn/", TurnView.as_view(), name="turn_document"),
    path("dossiers/<str:ref>/documents/<int:pk>/remove/", RemoveView.as_view(), name="remove_document"),
    path("dossiers/<str:ref>/documents/<int:pk>/reuse/", ReuseView.as_view(), name="reuse_instead"),
    *(
        path(f"dossiers/<str:ref>/{act.name}/", VerbView.as_view(act=act), name=str(act.name))
        for act in VERBS
    ),
    path("filings/", FilingListView.as_view(), name="filings"),
    path("filings/ask_at_desk/", AskAtDeskView.as_view(), name="ask_at_desk"),
    path("filings/refuse_at_desk/", RefuseAtDeskView.as_view(), name="refuse_at_desk"),
    path("certifications/", CertificationListView.as_view(), name="certifications"),
    path("log_books/<str:desk>/<int:year>/<int:volume>.pdf", LogBookView.as_view(), name="log_book"),
    path("consultations/", QuestionListView.as_view(), name="consultations"),
    path("consultations/<int:pk>/answer/", AnswerView.as_view(), name="consultation_answer"),
    path("exchange/", ExchangeView.as_view(), name="exchange"),
    path("exchange/requests/", ExchangeRequestListView.as_view(), name="exchange_requests"),
    path("exchange/requests/<int:pk>/", ExchangeRequestView.as_view(), name="exchange_request"),
    path(
        "exchange/requests/<int:pk>/files/<int:file>/",
        ExchangeRequestFileView.as_view(),
        name="exchange_request_file",
    ),
    path(
        "exchange/requests/<int:pk>/answer/",
        AnswerExchangeRequestView.as_view(),
        name="answer_exchange_request",
    ),
    path("overdue/", OverdueListView.as_view(), name="overdue"),
    path("letters/", LetterListView.as_view(), name="letters"),
    path("letters/<int:pk>/", LetterView.as_view(), name="letter"),
    path("letters/<int:pk>/pdf/", LetterPdfView.as_view(), name="letter_pdf"),
    path("letters/<int:pk>/prepare/", PrepareLetterView.as_view(), name="prepare_letter"),
    path("letters/<int:pk>/approve/", ApproveLetterView.as_view(), name="approve_letter"),
    path("letters/<int:pk>/send/", SendLetterView.as_view(), name="send_letter"),
    path("letters/<int:pk>/cancel/", CancelLetterView.as_view(), name="cancel_letter"),
    path("webhooks/", WebhookListView.as_view(), name="webhooks"),
    path("webhooks/<uuid:hook>/switch/", WebhookSwitchView.as_view(), name="switch_webhook"),
    path("webhooks/<uuid:hook>/secret/", WebhookSecretView.as_view(), name="renew_secret"),
    path("webhooks/<uuid:hook>/ping/", WebhookPingView.as_view(), name="ping_webhook"),
    path("webhooks/<uuid:hook>/deliveries/", DeliveryListView.as_view(), name="deliveries"),
    path("webhooks/<uuid:hook>/deliveries/<uuid:delivery>/replay/", ReplayView.as_view(), name="replay"),
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
