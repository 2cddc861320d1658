"""The second factor: the own one, the code at the sign-in, and its reset for a colleague."""

import segno
from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from onestop.admin_forms import OfficeForm
from onestop.second_factor import is_half_in, is_required, let_in
from onestop.signin import FailedSignIns, closed_sentence, wanted_page
from procedures.models import Staff
from procedures.services import second_factor
from procedures.services.second_factor import CodeRefused


class CodeForm(OfficeForm):
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}
        ),
    )

    def take(self, request, look):
        """What `look(code)` returns; None for a wrong code, which the form then says and the address is counted for."""
        if not self.is_valid():
            return None
        tries = FailedSignIns(request)
        if tries.is_closed:
            self.add_error("code", closed_sentence(tries.seconds_to_wait))
            return None
        try:
            return look(self.cleaned_data["code"])
        except CodeRefused as error:
            tries.count()
            self.show_refusal(error)
            return None


@sensitive_post_parameters("code")
@never_cache
def code(request):
    """After the password: the code of the app, or a recovery code."""
    wanted = wanted_page(request)
    if not is_half_in(request):
        return redirect(wanted)
    form = CodeForm(request.POST or None)
    form.fields["code"].widget.attrs["autofocus"] = True
    device = form.take(request, lambda typed: second_factor.check(request.user, typed))
    if device:
        let_in(request, device)
        return redirect(wanted)
    return _page(request, "code", title=_("Second factor"), form=form, next=wanted)


@sensitive_post_parameters("code")
@never_cache
def own(request):
    """Turn it on in two steps, off with a code; recovery codes are on the answer to the very request that makes them."""
    form = CodeForm(request.POST if "code" in request.POST else None)
    codes = None
    match request.POST.get("do"):
        case "begin":
            try:
                second_factor.begin(request.user)
            except CodeRefused as error:
                messages.error(request, error.sentence)
            return redirect(request.get_full_path())
        case "confirm":
            codes = _confirm(request, form)
        case "renew":
            codes = form.take(request, lambda typed: second_factor.renew_codes(request.user, typed))
        case "off" if form.take(request, lambda typed: second_factor.turn_off(request.user, typed) or True):
            messages.success(request, _("The second factor is off. Your password alone opens the account."))
            return redirect("admin:second_factor")
    return _page(
        request,
        "own",
        title=_("Second factor"),
        form=form if form.is_bound and form.errors else CodeForm(),
        codes=codes,
        since=request.user.second_factor_since,
        left=second_factor.codes_left(request.user),
        required=is_required(request.user),
        next=wanted_page(request),
        **_app(request.user),
    )


def reset_for(request, pk):
    """Ask once more, then take the second factor off the account of a colleague who lost theirs."""
    keeper = admin.site.get_model_admin(Staff)
    person = (
        keeper.get_queryset(request).filter(pk=pk).first() if keeper.has_change_permission(request) else None
    )
    if person is None:
        if not keeper.has_change_permission(request):
            raise PermissionDenied
        raise Http404
    if not keeper.may_edit(request.user, person) or person.pk == request.user.pk:
        raise PermissionDenied
    back = reverse("admin:procedures_staff_change", args=[person.pk])
    if request.method == "POST":
        second_factor.reset(person, by=request.user)
        messages.success(
            request, _("The second factor of %(person)s is reset, and that is recorded.") % {"person": person}
        )
        return redirect(back)
    return _page(request, "reset", title=_("Reset the second factor"), person=person, back=back)


def _confirm(request, form: CodeForm) -> list[str] | None:
    done = form.take(request, lambda typed: second_factor.confirm(request.user, typed))
    if not done:
        return None
    device, codes = done
    let_in(request, device)
    return codes


def _app(user) -> dict:
    """What the app needs while it is being set up: the QR code, and the secret to type by hand."""
    device = second_factor.begun(user)
    if device is None:
        return {}
    picture = segno.make(second_factor.address_for_app(device), error="m", micro=False).svg_inline(
        scale=4, border=4, dark="#000", light="#fff", omitsize=True, svgclass="os-qr", lineclass=None
    )
    groups = " ".join(device.secret[start : start + 4] for start in range(0, len(device.secret), 4))
    return {"qr": mark_safe(picture), "secret": groups}  # nosec B703 B308 - drawn here, no text of anybody in it


def _page(request, name: str, **context) -> TemplateResponse:
    """In the frame of the sign-in for who is half in: every link of the office would lead back here."""
    half = is_half_in(request)
    context["frame"] = "unfold/layouts/unauthenticated.html" if half else "admin/base_site.html"
    request.current_app = admin.site.name
    context = admin.site.page_context(request, half=half, **context)
    return TemplateResponse(request, f"procedures/admin/second_factor_{name}.html", context)
