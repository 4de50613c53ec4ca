plugins=(git docker)
export OPENAI_API_KEY=sk-proj-{{fill 74 A-Za-z0-9 zsh}}T3BlbkFJ{{fill 74 A-Za-z0-9 zsh2}}
export NPM_TOKEN=$(cat ~/.npm-token)
