package auth

import (
	"errors"
	"strings"
)

const scheme = "Bearer "

// ParseHeader returns the token of the Authorization headers of one request: exactly one header, of the form "Bearer <token>". Anything
// else is Unauthorized.
func ParseHeader(values []string) (Token, error) {
	if len(values) != 1 {
		return "", unauthorized(errors.New("want exactly one authorization header"))
	}
	token := strings.TrimPrefix(values[0], scheme)
	if token == "" || strings.ContainsAny(token, " \t\r\n,") {
		return "", unauthorized(errors.New("the authorization header is not of the form \"Bearer <token>\""))
	}
	return Token(token), nil
}
