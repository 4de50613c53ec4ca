# acme's build machine
export PATH="$HOME/bin:$PATH"
export EDITOR=vim
export SLACK_API_TOKEN=xoxp-{{fill 12 0-9}}-{{fill 12 0-9 b}}-{{fill 12 0-9 c}}-{{fill 32 0-9a-f}}
export DB_PASSWORD='{{fill 10 a-z0-9}}'
export GITHUB_TOKEN="$(gh auth token)"
