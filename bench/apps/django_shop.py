"""A Django page: middleware, a session in a signed cookie, a template with a table of 30 rows."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"

from django.core.wsgi import get_wsgi_application  # noqa: E402

application = get_wsgi_application()
