package config

import (
	"fmt"
	"os"
	"strings"
)

// textOf returns what the environment says of a variable. A secret may also be the content of the file that NAME_FILE names: files are not
// in the environment of child processes, in crash reports, or in what an orchestrator shows of a container.
func textOf(name string, secret bool) (string, error) {
	text, path := os.Getenv(name), os.Getenv(name+"_FILE")
	switch {
	case !secret || path == "":
		return text, nil
	case text != "":
		return "", fmt.Errorf("%s and %s_FILE are both set", name, name)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("%s_FILE: %w", name, err)
	}
	if text = strings.TrimRight(string(raw), "\r\n"); text == "" {
		return "", fmt.Errorf("%s_FILE: %s is empty", name, path)
	}
	return text, nil
}
