"""What the tests of the back office say often."""

from django.urls import reverse

PROCEDURES = "/quan-tri/procedures/"


def change(row) -> str:
    return reverse(f"admin:procedures_{row._meta.model_name}_change", args=[row.pk])


def form_of(client, address: str) -> dict:
    """What the page would send if nobody changed anything, with its inline rows."""
    context = client.get(address).context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    sent = {}
    for form in forms:
        for name in form.fields:
            field = form[name]
            if field.value() is not None and field.value() is not False:
                sent[field.html_name] = field.value()
    return sent


def errors_of(response) -> dict:
    return {name: list(errors) for name, errors in response.context["adminform"].form.errors.items()}


def listed(response) -> list[str]:
    return [str(row) for row in response.context["cl"].result_list]
