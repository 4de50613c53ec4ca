<?php
define( 'DB_NAME', 'shop' );
define( 'DB_USER', 'app' );
define( 'DB_PASSWORD', '{{fill 10 a-z0-9}}' );
define( 'DB_HOST', 'db1.acme.net' );
define( 'AUTH_KEY', '{{fill 64 A-Za-z0-9 auth}}' );
define( 'SECURE_AUTH_SALT', '{{fill 64 A-Za-z0-9 salt}}' );
$table_prefix = 'wp_';
