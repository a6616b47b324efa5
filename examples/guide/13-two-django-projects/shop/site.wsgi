"""The shop."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
# Not setdefault(): the variables of a process are common to its interpreters, and the first one's would stay.
os.environ['DJANGO_SETTINGS_MODULE'] = 'shop_settings'

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
