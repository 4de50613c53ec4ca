#!/bin/sh
# Builds, uploads and restarts.
set -eu

docker build -t "registry.harbour.internal/web:$1" .
curl -fsS -u "deploy:{{fill 12 A-Za-z0-9 deploy}}" -T "dist/web-$1.tar.gz" https://artifacts.harbour.internal/web/
ssh -i keys/id_rsa deploy@harbour.internal "systemctl restart harbour"
curl -fsS -H "Authorization: Bearer $STATUS_TOKEN" https://status.harbour.internal/deployed
