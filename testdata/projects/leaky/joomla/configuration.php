<?php
class JConfig {
	public $offline = '0';
	public $host = 'db1.acme.net';
	public $user = 'app';
	public $password = '{{fill 10 a-z0-9}}';
	public $db = 'shop';
	public $secret = '{{fill 16 A-Za-z0-9}}';
	public $smtppass = '{{fill 10 a-z0-9 b}}';
}
