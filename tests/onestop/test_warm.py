"""A web process is warm before the first person asks."""

from django.template import engines
from django.template.loaders.cached import Loader

from onestop.warm import warm_up


def test_every_page_of_ours_is_compiled_before_the_first_request():
    (loader,) = engines["django"].engine.template_loaders
    assert isinstance(loader, Loader)
    loader.reset()
    warm_up()
    compiled = " ".join(loader.get_template_cache)
    assert "cases/admin/reception.html" in compiled
    assert "admin/base.html" in compiled
