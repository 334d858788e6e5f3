package main

import (
	"errors"
	"io/fs"
	"os"
	"strings"
)

// addVariables adds to a file the variables that it lacks. Existing ones are left alone, because others may depend on them.
func addVariables(path string, variables [][2]string) error {
	present, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	text := string(present)
	for _, variable := range variables {
		if !strings.Contains("\n"+text, "\n"+variable[0]+"=") {
			text += variable[0] + "='" + variable[1] + "'\n"
		}
	}
	return os.WriteFile(path, []byte(text), 0o600)
}
