"""The cash of the day: what each clerk took since the last report, closing it, and the reports to print."""

from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, F, Min, Q, Sum
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases import rules, services
from cases.admin.downloads import pdf
from cases.admin.money import words_of
from cases.admin.scope import visible_dossier
from cases.admin.shown import money
from cases.admin.verbs import seen_on
from cases.desk_printouts import cash_report_payload, fee_receipt_payload
from cases.enums import PaymentMethod
from cases.errors import CaseError
from cases.models import CashReport, Payment
from cases.queries import unreported_payments
from notifications.pdf import cash_report_pdf, fee_receipt_pdf
from onestop import access
from onestop.admin_forms import OfficeForm
from onestop.numbers import whole_number
from procedures.models import Agency

MOST_REPORTS = 50


class CashForm(OfficeForm):
    counted = forms.IntegerField(
        label=gettext_lazy("Cash counted (VND)"),
        widget=forms.NumberInput(attrs={"autofocus": True}),
        help_text=gettext_lazy("What is in the drawer beyond the float"),
    )
    note = forms.CharField(label=gettext_lazy("Explanation of a difference"), required=False, max_length=300)


@dataclass(frozen=True, slots=True)
class OpenCash:
    """What the person took at one desk since the last report; amounts as they are shown."""

    desk: Agency
    rows: list
    sums: list
    first: str
    last: str
    paid_back: str
    expected: str
    seen: int
    form: CashForm


def cash(request):
    """The own open cash by desk, with the form that closes it; the reports of the own desks below."""
    user = request.user
    if not access.sees_cash(user):
        raise PermissionDenied(_("Cash is for those who take money at a desk or supervise it."))
    refused = None
    if request.method == "POST":
        refused = _close(request)
        if refused is None:
            return redirect("admin:cash")
    request.current_app = admin.site.name
    context = admin.site.page_context(
        request,
        title=_("Cash of the day"),
        takes=access.receives(user),
        open=_open_of(user, refused),
        reports=[(report, money(report.expected_cash), _difference(report)) for report in _reports_of(user)],
        others=_others(user),
    )
    return TemplateResponse(request, "cases/admin/cash.html", context)


def _close(request) -> tuple[int, CashForm] | None:
    """Close the cash at the desk that was sent; the form with its errors when it was refused."""
    desk = Agency.objects.filter(pk=whole_number(request.POST.get("desk"))).first()
    if desk is None:
        raise Http404(_("There is no such desk."))
    form = CashForm(request.POST)
    if not form.is_valid():
        return desk.pk, form
    try:
        report = services.close_cash(by=request.user, desk=desk, seen=seen_on(request), **form.cleaned_data)
    except CaseError as error:
        form.show_refusal(error)
        messages.error(request, error.sentence)
        return desk.pk, form
    messages.success(request, _("Closed as %(number)s; print it and sign it.") % {"number": report.number})
    return None


def _open_of(user, refused: tuple[int, CashForm] | None) -> list[OpenCash]:
    payments = unreported_payments(user).select_related("dossier__receiving_desk", "reverses").order_by("pk")
    by_desk: dict[Agency, list[Payment]] = {}
    for payment in payments:
        by_desk.setdefault(payment.dossier.receiving_desk, []).append(payment)
    return [
        _open_at(desk, rows, refused[1] if refused and refused[0] == desk.pk else None)
        for desk, rows in by_desk.items()
    ]


def _open_at(desk: Agency, payments: list[Payment], form: CashForm | None) -> OpenCash:
    sums = {method: 0 for method in PaymentMethod}
    for payment in payments:
        sums[PaymentMethod(payment.method)] += payment.amount
    used = {payment.method for payment in payments} | {PaymentMethod.CASH}
    return OpenCash(
        desk=desk,
        rows=[(payment, words_of(payment), money(payment.amount)) for payment in payments],
        sums=[(method.label, money(amount)) for method, amount in sums.items() if method in used],
        first=payments[0].receipt_number,
        last=payments[-1].receipt_number,
        paid_back=money(sum(payment.back for payment in payments)),
        expected=money(sums[PaymentMethod.CASH]),
        seen=payments[-1].pk,
        form=form or CashForm(),
    )


def _reports_of(user):
    """The own ones; of all clerks for who supervises or inspects the desks."""
    reports = CashReport.objects.select_related("clerk", "desk")
    if access.inspects_desks(user):
        return reports.filter(desk__in=_desks_of(user))[:MOST_REPORTS]
    return reports.filter(clerk=user)[:MOST_REPORTS]


def _others(user) -> list[dict]:
    """Who has taken money and not closed yet, for who supervises or inspects."""
    if not access.inspects_desks(user):
        return []
    cash = Q(method=PaymentMethod.CASH)
    rows = (
        Payment.objects.filter(
            cash_report=None, taken_by__isnull=False, dossier__receiving_desk__in=_desks_of(user)
        )
        .order_by()
        .values(name=F("taken_by__full_name"), desk=F("dossier__receiving_desk__name_vi"))
        .annotate(entries=Count("pk"), cash=Sum("amount", filter=cash, default=0), since=Min("paid_at"))
        .order_by("since")
    )
    return [{**row, "cash": money(row["cash"])} for row in rows]


def _desks_of(user):
    return Agency.objects.below(user.workplace).values("pk")


def _difference(report: CashReport) -> str:
    return money(report.difference) if report.difference else "–"


def report(request, pk: int):
    """One report as PDF."""
    found = CashReport.objects.select_related("clerk", "desk__parent").filter(pk=pk).first()
    if found is None or not rules.may_see_cash_report(request.user, found):
        raise Http404(_("There is no such report, or it is of another desk."))
    return pdf(cash_report_pdf(cash_report_payload(found)), f"{found.number.replace('/', '-')}.pdf")


def fee_receipt(request, pk: int):
    """The receipt of one payment as PDF, to be printed as often as it is lost."""
    payment = Payment.objects.filter(pk=pk).select_related("taken_by", "reverses").first()
    if payment is None:
        raise Http404(_("There is no such payment."))
    dossier = visible_dossier(request, payment.dossier_id)
    if not rules.may_print_money(request.user, dossier):
        raise Http404(_("Receipts are printed at the desk that took the money."))
    payment.dossier = dossier
    content = fee_receipt_pdf(fee_receipt_payload(payment))
    return pdf(content, f"{payment.receipt_number.replace('/', '-')}.pdf")
