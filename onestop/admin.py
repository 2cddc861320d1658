"""The admin site; Unfold is the skin and nothing else depends on it."""

from unfold.sites import UnfoldAdminSite


class OnestopAdminSite(UnfoldAdminSite):
    """Back office (`/quan-tri/`) of clerks, officers, supervisors and administrators."""
