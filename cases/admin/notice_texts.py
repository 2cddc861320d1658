"""The texts of notices: the list by event, and the editor with its placeholders and a preview on a dossier."""

from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from cases.admin.scope import visible
from cases.errors import CaseError
from cases.models import Dossier
from cases.services import notice_texts as service
from notifications.enums import NOTICE_KINDS, MessageChannel, MessageKind
from notifications.errors import NotificationError
from notifications.models import NoticeTemplate
from notifications.notices import NoticeText, built_in, placeholders_of
from notifications.services.templates import BODY_MAX_CHARACTERS, newest_version, own_texts
from onestop import access
from onestop.admin_forms import MomentField, OfficeForm
from onestop.reading import about

ALL_CHANNELS = "moi-kenh"  # the address of the text for all channels that have none of their own
OFFERED_DOSSIERS = 8


@dataclass(frozen=True, slots=True)
class Place:
    """Which text is edited: an event in a language for a channel, "" for all."""

    kind: MessageKind
    language: str
    channel: str

    @property
    def names(self) -> dict[str, str]:
        return {"kind": self.kind, "language": self.language, "channel": self.channel or ALL_CHANNELS}

    @property
    def address(self) -> str:
        return reverse("admin:notice_text", kwargs={**self.names})

    @property
    def preview_address(self) -> str:
        return reverse("admin:notice_preview", kwargs={**self.names})

    @property
    def channel_label(self) -> str:
        return str(MessageChannel(self.channel).label) if self.channel else _("All channels")

    @property
    def language_label(self) -> str:
        return str(dict(settings.LANGUAGES)[self.language])


class NoticeForm(OfficeForm):
    """Subject and text with placeholders; `after` is the version that the editor has seen."""

    subject = forms.CharField(
        label=gettext_lazy("Subject"),
        required=False,
        help_text=gettext_lazy("Only an e-mail shows it."),
    )
    body = forms.CharField(
        label=gettext_lazy("Wording"),
        required=False,
        strip=False,
        max_length=BODY_MAX_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "true"}),
        help_text=gettext_lazy("A line whose placeholders all have nothing to say is left out."),
    )
    active_from = MomentField(
        label=gettext_lazy("Active from"), required=False, help_text=gettext_lazy("Empty: from now on.")
    )
    after = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    dossier = forms.CharField(
        label=gettext_lazy("Dossier to try it on"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"list": "dossiers", "autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy("Its code. Without one the preview has invented words."),
    )

    @property
    def text(self) -> NoticeText:
        """As it was typed, wrong or not."""
        data = self.data if self.is_bound else self.initial
        return NoticeText(data.get("subject", "").strip(), data.get("body", "").replace("\r\n", "\n").strip())


def notice_texts(request):
    """Every event with its texts: which are the office's own, since when and by whom."""
    _keepers_only(request)
    newest = NoticeTemplate.objects.select_related("author")
    newest = newest.order_by("kind", "language", "channel", "-version").distinct(
        "kind", "language", "channel"
    )
    own: dict[tuple[str, str], list[NoticeTemplate]] = {}
    for row in newest:
        own.setdefault((row.kind, row.language), []).append(row)
    rows = [
        {
            "kind": kind,
            "languages": [
                {
                    "place": Place(kind, language, ""),
                    "own": [
                        {"place": Place(kind, language, row.channel), "row": row}
                        for row in own.get((kind, language), [])
                    ],
                }
                for language, _name in settings.LANGUAGES
            ],
        }
        for kind in NOTICE_KINDS
    ]
    return _page(request, "cases/admin/notice_texts.html", title=_("Texts of notices"), rows=rows)


def notice_text(request, kind: str, language: str, channel: str):
    """GET: the text that counts, to edit. POST: save it as a new version, back to the built-in text, or try it."""
    _keepers_only(request)
    place = _place(kind, language, channel)
    if request.method != "POST":
        return _editor(request, place, NoticeForm(initial=_initial(place)))
    if "reset" in request.POST:
        return _reset(request, place)
    form = NoticeForm(request.POST)
    if "try" in request.POST or not form.is_valid():
        return _editor(request, place, form)
    try:
        service.save(
            place.kind,
            language=place.language,
            channel=place.channel,
            subject=form.cleaned_data["subject"],
            body=form.cleaned_data["body"],
            by=request.user,
            active_from=form.cleaned_data["active_from"],
            after=form.cleaned_data["after"],
        )
    except (NotificationError, CaseError) as error:
        form.show_refusal(error)
        return _editor(request, place, form)
    messages.success(request, _("The text is saved as a new version."))
    warning = service.warning_of(_previews(request, place, form)["previews"])
    if warning:
        messages.warning(request, warning)
    return redirect(place.address)


@require_POST
def preview(request, kind: str, language: str, channel: str):
    """The text as it is typed, for every channel, on the chosen dossier."""
    _keepers_only(request)
    place = _place(kind, language, channel)
    facts = _previews(request, place, NoticeForm(request.POST))
    return TemplateResponse(request, "cases/admin/notice_preview.html", facts)


def _reset(request, place: Place):
    try:
        service.reset(place.kind, language=place.language, channel=place.channel, by=request.user)
    except (NotificationError, CaseError) as error:
        messages.error(request, error.sentence)
    else:
        messages.success(request, _("The built-in text is used again."))
    return redirect(place.address)


def _initial(place: Place) -> dict:
    """The newest text for this place, else the one that counts here for want of it."""
    newest = NoticeTemplate.objects.of(place.kind, place.language, place.channel).first()
    if newest and not newest.built_in:
        text = newest.text
    else:
        with translation.override(place.language):
            text = own_texts(place.kind, language=place.language).get("")
            text = text or built_in(place.kind, place.channel)
    after = newest_version(place.kind, language=place.language, channel=place.channel)
    return {"subject": text.subject, "body": text.body, "after": after}


def _editor(request, place: Place, form: NoticeForm):
    history = list(
        NoticeTemplate.objects.of(place.kind, place.language, place.channel).select_related("author")
    )
    demanded = service.demanded_on(timezone.now())
    return _page(
        request,
        "cases/admin/notice_text.html",
        title=_("Text of a notice: %(event)s") % {"event": place.kind.label},
        place=place,
        places=[
            Place(place.kind, language, channel)
            for language, _name in settings.LANGUAGES
            for channel in ("", *MessageChannel)
        ],
        form=form,
        placeholders=[
            {"it": placeholder, "demanded": placeholder.name in demanded}
            for placeholder in placeholders_of(place.kind)
        ],
        history=history,
        resets=bool(history) and not history[0].built_in,
        offered=_offered(request.user, place.kind),
        now=timezone.now(),
        **_previews(request, place, form),
    )


def _previews(request, place: Place, form: NoticeForm) -> dict:
    """What is wrong with the text, or how every channel would send it; with words on what is invented."""
    faults = service.faults_of(place.kind, form.text)
    code = str((form.data if form.is_bound else {}).get("dossier", "")).strip()
    personal = access.sees_dossiers(request.user)
    dossier = _dossiers_of(request.user).filter(code=code).first() if code else None
    facts = {
        "faults": faults,
        "previews": [],
        "unknown_dossier": bool(code) and dossier is None,
        "dossier": dossier,
        "invented": "" if dossier else "all",
    }
    if dossier and not personal:
        facts["invented"] = "people"
    elif dossier and not dossier.events.filter(kind=place.kind).exists():
        facts["invented"] = "event"
    if not service.is_fillable(place.kind, form.text):
        return facts
    if dossier and personal:
        about(request, dossier=dossier)
    rows = service.previews(
        place.kind,
        language=place.language,
        channel=place.channel,
        text=form.text,
        dossier=dossier,
        personal=personal,
    )
    return {**facts, "previews": rows}


def _dossiers_of(user):
    """What the editor may read; of who keeps the machine, those of the agencies, without what is personal."""
    mine = (
        visible(user)
        if access.sees_dossiers(user)
        else Dossier.objects.filter(receiving_desk__in=access.agencies_of(user))
    )
    return mine.with_people().exclude(code=None)


def _offered(user, kind: str) -> list[str]:
    """Codes of some dossiers that had this event lately."""
    mine = _dossiers_of(user).filter(events__kind=kind).order_by("-pk")
    return list(mine.values_list("code", flat=True)[:OFFERED_DOSSIERS])


def _place(kind: str, language: str, channel: str) -> Place:
    channel = "" if channel == ALL_CHANNELS else channel
    if (
        kind not in NOTICE_KINDS
        or language not in dict(settings.LANGUAGES)
        or channel not in ("", *MessageChannel)
    ):
        raise Http404(_("There is no such notice."))
    return Place(MessageKind(kind), language, channel)


def _page(request, template: str, **context):
    request.current_app = admin.site.name
    return TemplateResponse(request, template, admin.site.page_context(request, **context))


def _keepers_only(request) -> None:
    if not access.keeps_notices(request.user):
        raise PermissionDenied(_("The texts of notices are kept by those who keep the catalogue."))
