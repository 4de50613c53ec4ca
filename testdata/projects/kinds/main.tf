resource "aws_db_instance" "main" {
  username = "app"
  password = "{{fill 8 a-z}}{{fill 4 0-9}}"
}
