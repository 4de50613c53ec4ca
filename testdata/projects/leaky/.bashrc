alias ll='ls -l'
export MAILCHIMP_API_KEY="{{fill 32 0-9a-f}}-us12"
export AWS_ACCESS_KEY_ID=AKIAY3{{fill 14 A-Z2-7 rc}}
export AWS_SECRET_ACCESS_KEY={{fill 40 A-Za-z0-9+/ rc}}
export HISTSIZE=10000
