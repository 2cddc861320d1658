"""The page behind the link in an e-mail: do without such notices, or have them again."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cases.models import NoticeChange
from cases.services import notice_choices


# Without CSRF: the signed address is the proof, mail programs send the POST by themselves (RFC 8058),
# and our pages send no referrer, so browsers send `Origin: null`, which Django refuses.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def notice_choice(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks, POST does it: looking at the link, as mail programs do, changes nothing.

    POST `choice=on` switches on again, anything else off. Names nobody: whoever was sent the mail on sees
    only which kind of notice it is about.
    """
    found = notice_choices.read_link(token)
    if found is None:
        return _page(request, {}, status=404)
    applicant, topic = found
    done = request.method == "POST"
    if done:
        on = request.POST.get("choice") == "on"
        notice_choices.switch(applicant, topic, on=on, via=NoticeChange.Via.LINK)
    facts = {
        "topic": topic,
        "is_on": notice_choices.wants(applicant, topic),
        "done": done,
        "demanded": notice_choices.demanded(),
    }
    return _page(request, facts)


def _page(request: HttpRequest, facts: dict, *, status: int = 200) -> HttpResponse:
    answer = render(request, "public/notice_choice.html", facts, status=status)
    answer["Cache-Control"] = "no-store"
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer
