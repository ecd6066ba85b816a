"""What gunicorn serves: the panel and the webhook receiver."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from woodoo import logs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "woodoo.settings")
logs.set_up()

application = get_wsgi_application()
