<?php
define('DB_PASSWORD', getenv('DB_PASSWORD'));
define('AUTH_KEY', $_ENV['AUTH_KEY']);
$password = $_POST['password'] ?? '';
$config['api_key'] = file_get_contents('/run/secrets/api_key');
$token = bin2hex(random_bytes(32));
$rules = ['password' => 'required|string|min:12|confirmed', 'token' => 'required'];
$lang['password_reset'] = 'Reset your password';
