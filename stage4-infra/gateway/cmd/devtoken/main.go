// Command devtoken is the identity provider of a developer's machine: it makes the keys of users and services, and signs tokens.
//
//	devtoken keys DIR                    makes DIR/users.pem, DIR/services.pem and DIR/dev.env, or what is missing of them
//	devtoken token DIR USER_ID ROLE      prints a token of a customer or an admin, good for a day
package main

import (
	"errors"
	"fmt"
	"os"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "devtoken:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 2 && args[0] == "keys":
		return makeKeys(args[1])
	case len(args) == 4 && args[0] == "token":
		token, err := sign(args[1], args[2], args[3])
		if err != nil {
			return err
		}
		fmt.Println(token)
		return nil
	default:
		return errors.New("usage: devtoken keys DIR | devtoken token DIR USER_ID customer|admin")
	}
}
