package auth

import (
	"errors"
	"regexp"
)

//stagecraft:add
var bearer = regexp.MustCompile(`^Bearer ([A-Za-z0-9._~+/=-]+)$`)

// ParseHeader returns the token of the Authorization headers of one request.
func ParseHeader(values []string) (Token, error) {
	if len(values) == 1 {
		if found := bearer.FindStringSubmatch(values[0]); found != nil && len(found[0]) == len(values[0]) {
			return Token(found[1]), nil
		}
	}
	return "", unauthorized(errors.New("no bearer token"))
}
