package identity

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"golang.org/x/crypto/bcrypt"

	"shop/platform/auth"
	"shop/platform/config"
)

// user is one entry of LOGIN_USERS.
type user struct {
	ID           string      `json:"id"`
	Username     string      `json:"username"`
	PasswordHash string      `json:"password_hash"`
	Roles        []auth.Role `json:"roles"`
}

// parseUsers returns the users by name. All hashes must have the same cost, so that the duration of a login does not show which users
// exist.
func parseUsers(list config.Secret) (map[string]user, error) {
	var users []user
	if err := json.Unmarshal([]byte(list.Reveal()), &users); err != nil {
		return nil, errors.New("not a JSON list of users") // the parser's own error could quote a hash
	}
	if len(users) == 0 {
		return nil, errors.New("the list is empty")
	}
	byName := make(map[string]user, len(users))
	cost, _ := bcrypt.Cost([]byte(users[0].PasswordHash)) // 0 if it is not a hash, which check rejects
	for i, u := range users {
		if err := u.check(cost); err != nil {
			return nil, fmt.Errorf("user %d %w", i+1, err)
		}
		if _, taken := byName[u.Username]; taken {
			return nil, fmt.Errorf("user %d has the username of another", i+1)
		}
		byName[u.Username] = u
	}
	return byName, nil
}

func (u user) check(cost int) error {
	own, err := bcrypt.Cost([]byte(u.PasswordHash))
	switch {
	case u.Username == "":
		return errors.New("has no username")
	case uuid.Validate(u.ID) != nil:
		return errors.New("has an id that is not a UUID")
	case err != nil:
		return errors.New("has a password_hash that is not a bcrypt hash")
	case own < bcrypt.DefaultCost:
		return fmt.Errorf("has a password_hash of cost %d, want at least %d", own, bcrypt.DefaultCost)
	case own != cost:
		return fmt.Errorf("has a password_hash of cost %d, while the first has %d", own, cost)
	case len(u.Roles) == 0:
		return errors.New("has no role")
	}
	for _, role := range u.Roles {
		if role != auth.Customer && role != auth.Admin && role != auth.Warehouse {
			return fmt.Errorf("has the role %q, want customer, admin or warehouse", role)
		}
	}
	return nil
}
