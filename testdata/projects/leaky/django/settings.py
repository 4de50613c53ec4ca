import os

DEBUG = False
SECRET_KEY = "{{fill 50 a-z0-9}}"
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "orders",
        "USER": "app",
        "PASSWORD": "{{fill 10 a-z0-9}}",
        "HOST": "db1.acme.net",
    }
}
EMAIL_HOST_PASSWORD = os.environ["EMAIL_HOST_PASSWORD"]
