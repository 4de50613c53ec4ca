set DB_PASSWORD={{fill 8 a-z}}{{fill 4 0-9}}
