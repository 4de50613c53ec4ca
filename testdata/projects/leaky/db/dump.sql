CREATE TABLE `users` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT,
  `login` varchar(60) NOT NULL,
  `password` varchar(255) NOT NULL,
  `email` varchar(100) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB;
INSERT INTO `users` VALUES
(1,'ann','$2y$10${{fill 53 A-Za-z0-9}}','ann@acme.net'),
(2,'bob','{{fill 32 0-9a-f}}','bob@acme.net'),
(3,'carl','{{fill 10 a-z0-9}}','carl@acme.net'),
(4,'dora','','dora@acme.net');
INSERT INTO `posts` VALUES (1,'How to choose a password','Make it long.');
CREATE USER 'app'@'%' IDENTIFIED BY '{{fill 10 a-z0-9 b}}';
