private const string DbPassword = "{{fill 8 a-z}}{{fill 4 0-9}}";
