"""How the back office looks: the configuration of Unfold, taken in by the settings."""

from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

UNFOLD = {
    "SITE_TITLE": _("One-stop desk"),
    "SITE_HEADER": _("One-stop desk"),
    "SITE_SUBHEADER": "onestop.navigation.workplace",
    "SITE_SYMBOL": "account_balance",
    "SITE_URL": "/tra-cuu/",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("onestop/icon.svg")}
    ],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": False,  # the switch is in the header, see templates/unfold/helpers/userlinks.html
    "STYLES": [lambda request: static("onestop/admin.css")],
    "SCRIPTS": [
        lambda request: static("onestop/admin.js"),
        lambda request: static("onestop/keys.js"),
        lambda request: static("onestop/print.js"),
    ],
    "DASHBOARD_CALLBACK": "cases.admin.dashboard.with_figures",
    "ACCOUNT": {
        "navigation": [
            {"title": _("Change password"), "link": reverse_lazy("admin:password_change")},
            {"title": _("Second factor"), "link": reverse_lazy("admin:second_factor")},
        ]
    },
    "SIDEBAR": {"navigation": "onestop.navigation.sidebar"},
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 254.6)",
            "100": "oklch(93.2% .032 255.6)",
            "200": "oklch(88.2% .059 254.1)",
            "300": "oklch(80.9% .105 251.8)",
            "400": "oklch(70.7% .165 254.6)",
            "500": "oklch(62.3% .188 259.8)",
            "600": "oklch(50.5% .19 262)",
            "700": "oklch(45.5% .19 263)",
            "800": "oklch(39.5% .17 264)",
            "900": "oklch(34.5% .13 265.5)",
            "950": "oklch(25.5% .08 267.9)",
        },
    },
}
