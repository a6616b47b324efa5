import json
import os
import sys

import django
from django.conf import settings
from django.http import HttpResponse

try:
    from django.urls import re_path
except ImportError:  # Django 1
    from django.conf.urls import url as re_path


def page(request):
    facts = {
        'name': settings.NAME,
        'settings': settings.SETTINGS_MODULE,
        'django': django.get_version(),
        'version': '.'.join(map(str, sys.version_info[:3])),
        'prefix': sys.prefix,
        'modules': sorted(name for name in sys.modules if name in ('shop_settings', 'forum_settings')),
        'application_group': request.environ['mod_wsgi.application_group'],
        'pid': os.getpid(),
    }
    return HttpResponse(json.dumps(facts), content_type='application/json')


urlpatterns = [re_path(r'^$', page)]
