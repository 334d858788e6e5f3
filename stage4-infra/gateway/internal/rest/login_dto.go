package rest

type loginBody struct {
	Username string `json:"username" binding:"required,max=100"`
	Password string `json:"password" binding:"required"`
}

type sessionJSON struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	// ExpiresIn is in seconds.
	ExpiresIn int64 `json:"expires_in"`
}
