"""The web application."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yiyang.site.settings")

from django.core.wsgi import get_wsgi_application

from yiyang.base.screen import set_lang

# Pages are Chinese whatever the server's locale says; sentences of the catalogue follow the screen's language.
set_lang("zh")
application = get_wsgi_application()
