"""Settings of the harbour booking service."""

import os

DEBUG = os.environ.get("FLASK_DEBUG") == "1"
SECRET_KEY = "{{fill 48 0-9a-f secret-key}}"
SQLALCHEMY_DATABASE_URI = "postgresql://harbour:{{fill 7 a-z db}}{{fill 4 0-9 db}}@db.harbour.internal:5432/bookings"
SESSION_COOKIE_NAME = "harbour_session"

STRIPE_API_KEY = "sk_live_{{fill 24 A-Za-z0-9 stripe}}"
SENDGRID_API_KEY = os.environ["SENDGRID_API_KEY"]

# Berths are shown in this order.
PASSWORD_MIN_LENGTH = 12
