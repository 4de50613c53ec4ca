"""Settings; every secret comes from outside."""

import getpass
import os

from vault import read_secret

SECRET_KEY = os.environ["SECRET_KEY"]
SECRET_KEY_FALLBACKS = []
DB_PASSWORD = os.getenv("DB_PASSWORD", "")
API_TOKEN = read_secret("kv/harbour/api-token")
API_KEY_HEADER = "X-Api-Key"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
PASSWORD_RESET_TIMEOUT = 259200
AUTH_PASSWORD_VALIDATORS = [{"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"}]
TOKEN_ENDPOINT = "https://login.harbour.example/oauth2/v2.0/token"
TOKEN_FILE = "/var/run/secrets/kubernetes.io/serviceaccount/token"
CREDENTIALS_PATH = "~/.config/harbour/credentials.json"
password_pattern = r"^(?=.*[A-Z])(?=.*\d)[A-Za-z\d]{12,}$"
password_help = "Use 12 characters or more, with at least 1 digit."
password = getpass.getpass("Password for the harbour database: ")
login(user="admin", password=password)
url = f"postgresql://{user}:{password}@{host}:5432/bookings"
dsn = "postgresql://%s:%s@%s/bookings" % (user, password, host)
secret_name = "prod/harbour/database"
key = "booking:{}:berths".format(booking_id)
cache_key = "user_profile_v2"
