package auth

import "strings"

// ParseHeader returns the token of the Authorization headers of one request: exactly one header, of the form "Bearer <token>". Anything
// else is Unauthorized.
func ParseHeader(values []string) (Token, error) {
	// TODO: one header, and nothing but a token in it.
	return Token(strings.TrimPrefix(strings.Join(values, ""), scheme)), nil
}
