CREATE TABLE account (
    id       uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    password varchar(255) NOT NULL,
    token    char(36) DEFAULT NULL,
    secret   text COMMENT 'password of the second factor'
);
CREATE ROLE app WITH LOGIN PASSWORD :'app_password';
ALTER USER app IDENTIFIED BY '${APP_PASSWORD}';
UPDATE account SET password = crypt(:password, gen_salt('bf')) WHERE token = :token;
