package main

import (
	"encoding/json"
	"fmt"

	"golang.org/x/crypto/bcrypt"

	"shop/platform/auth"
)

// people are the users on a developer's machine. Their passwords are public.
var people = []struct {
	id, username, password string
	role                   auth.Role
}{
	{"11111111-1111-4111-8111-111111111111", "customer", "customer", auth.Customer},
	{"22222222-2222-4222-8222-222222222222", "admin", "admin", auth.Admin},
}

// devUsers returns people in the form of LOGIN_USERS.
func devUsers() (string, error) {
	list := make([]map[string]any, len(people))
	for i, person := range people {
		hash, err := bcrypt.GenerateFromPassword([]byte(person.password), bcrypt.DefaultCost)
		if err != nil {
			return "", fmt.Errorf("hash the password of %s: %w", person.username, err)
		}
		list[i] = map[string]any{
			"id": person.id, "username": person.username, "password_hash": string(hash), "roles": []auth.Role{person.role},
		}
	}
	raw, err := json.Marshal(list)
	return string(raw), err
}
