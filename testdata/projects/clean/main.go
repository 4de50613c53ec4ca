package main

const (
	envPassword  = "HARBOUR_DB_PASSWORD"
	headerAPIKey = "X-API-Key"
	tokenURL     = "https://oauth2.googleapis.com/token"
	passwordFile = "/run/secrets/db_password"
)

type credentials struct {
	Password string `json:"password" yaml:"password" env:"DB_PASSWORD,required"`
	Token    string `json:"token,omitempty"`
}

func main() {
	password := flag.String("password", "", "password of the database; better, set HARBOUR_DB_PASSWORD")
	if *password == "" {
		*password = os.Getenv(envPassword)
	}
	token, err := auth.Token(ctx, "https://harbour.example/.default")
	if err != nil {
		log.Fatal("cannot get a token: ", err)
	}
	secret := client.Secrets("default").Get("harbour-credentials")
	fmt.Printf("password=%s token=%q\n", strings.Repeat("*", 8), token[:4])
}
