"""Access tokens of the API: one's own, and those of the connected systems that one administers."""

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cases.admin.verbs import act_and_tell
from cases.errors import CaseError
from cases.models import AccessToken
from cases.scopes import Scope
from cases.services.tokens import make_token, revoke_token
from onestop import access
from onestop.admin import badge
from onestop.admin_forms import OfficeForm
from procedures.enums import Role
from procedures.models import Agency, Staff

SHOWN = 200  # of the newest; who keeps more than that looks for systems that nobody uses


class TokenForm(OfficeForm):
    account = forms.ModelChoiceField(
        label=gettext_lazy("Acts for"), queryset=Staff.objects.none(), empty_label=None
    )
    name = forms.CharField(
        label=gettext_lazy("Name of the token"),
        max_length=100,
        help_text=gettext_lazy("What uses it, and where: so that one can tell later which one to revoke"),
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("May be used for"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("As little as it needs; the role of the account decides all the same"),
    )
    agency = forms.ModelChoiceField(
        label=gettext_lazy("Only for the agency"),
        queryset=Agency.objects.none(),
        required=False,
        empty_label=gettext_lazy("As far as the account sees"),
    )
    days = forms.IntegerField(label=gettext_lazy("Valid for days"))

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        accounts = Q(pk=user.pk)
        if access.keeps_agencies(user):
            accounts |= Q(role=Role.INTEGRATION, agency__in=access.agencies_of(user))
        self.fields["account"].queryset = Staff.objects.filter(accounts, is_active=True).order_by("username")
        self.fields["agency"].queryset = access.agencies_of(user)
        self.initial = {"account": user.pk, "days": settings.TOKEN_DAYS, "scopes": [Scope.READ]}


def tokens(request):
    """Make a token; its text is shown on the answer to this very request and never again."""
    user = request.user
    if not access.makes_tokens(user):
        raise PermissionDenied
    form, made = TokenForm(request.POST or None, user=user), ""
    if request.method == "POST" and form.is_valid():
        answers = dict(form.cleaned_data)
        try:
            _token, made = make_token(answers.pop("account"), by=user, **answers)
        except CaseError as error:
            form.show_refusal(error)
        else:
            form = TokenForm(user=user)
    request.current_app = admin.site.name
    rows = [
        {"token": token, "badge": _badge(token), "scopes": "; ".join(token.scope_labels)}
        for token in _tokens_of(user)[:SHOWN]
    ]
    context = admin.site.page_context(request, title=_("Access tokens"), form=form, made=made, rows=rows)
    return TemplateResponse(request, "cases/admin/tokens.html", context)


@require_POST
def revoke(request, token):
    """Nobody gets in with it any more."""
    found = _tokens_of(request.user).filter(uuid=token).first()
    if found is None:
        raise Http404(_("There is no such token, or it is not yours."))
    act_and_tell(
        request,
        lambda: revoke_token(found, by=request.user),
        _("“%(name)s” is revoked: nobody gets in with it any more.") % {"name": found.name},
    )
    return redirect("admin:tokens")


def _tokens_of(user):
    """One's own, and for who administers accounts those of all of them."""
    mine = Q(user=user)
    if access.keeps_agencies(user):
        theirs = Q(user__agency__in=access.agencies_of(user))
        mine |= theirs if user.is_superuser else theirs & Q(user__is_superuser=False)
    return AccessToken.objects.filter(mine).select_related("user", "agency", "created_by")


def _badge(token: AccessToken):
    if token.revoked_at:
        return badge(_("revoked"), "danger")
    return badge(_("valid"), "success") if token.is_valid else badge(_("over"), "warning")
