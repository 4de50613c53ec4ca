package example.harbour;

public class Login {
    private static final String PASSWORD_PARAMETER = "j_password";
    private static final String TOKEN_ATTRIBUTE = "org.springframework.security.TOKEN";
    private static final String SECRET_KEY_ALGORITHM = "PBKDF2WithHmacSHA256";

    @Value("${spring.datasource.password}")
    private String password;

    @Value("#{systemEnvironment['API_TOKEN']}")
    private String apiToken;

    void open(Properties properties) {
        String secret = properties.getProperty("jdbc.password");
        String token = request.getHeader("Authorization");
        char[] passphrase = System.console().readPassword("Passphrase: ");
        throw new IllegalArgumentException("password must not be empty");
    }
}
