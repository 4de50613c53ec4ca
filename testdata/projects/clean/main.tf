variable "db_password" {
  type        = string
  sensitive   = true
  description = "password of the database, from the pipeline"
}

resource "aws_db_instance" "harbour" {
  username                        = "harbour"
  password                        = var.db_password
  performance_insights_kms_key_id = "arn:aws:kms:eu-north-1:123456789012:key/{{fill 8 0-9a-f k}}-{{fill 4 0-9a-f k}}-{{fill 4 0-9a-f l}}-{{fill 4 0-9a-f m}}-{{fill 12 0-9a-f k}}"
  master_user_secret_kms_key_id   = aws_kms_key.harbour.key_id
}

resource "random_password" "admin" {
  length  = 32
  special = false
}

resource "kubernetes_secret" "harbour" {
  data = {
    password = random_password.admin.result
    token    = data.vault_generic_secret.harbour.data["token"]
    secret   = "projects/harbour/secrets/session/versions/latest"
  }
}
