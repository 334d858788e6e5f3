// Package openapi has the description of the gateway's HTTP API, written by hand before the code: one file for each resource in spec.
package openapi

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"

	"gopkg.in/yaml.v3"
)

//go:embed spec/*.yaml
var files embed.FS

// JSON returns the whole description as one OpenAPI document. Every call returns the same bytes.
func JSON() ([]byte, error) {
	whole := make(map[string]any)
	names, err := fs.Glob(files, "spec/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list the description: %w", err)
	}
	for _, name := range names {
		if err := add(whole, name); err != nil {
			return nil, fmt.Errorf("join %s to the description: %w", path.Base(name), err)
		}
	}
	return json.Marshal(whole)
}

func add(whole map[string]any, name string) error {
	raw, err := files.ReadFile(name)
	if err != nil {
		return err
	}
	var part map[string]any
	if err := yaml.Unmarshal(raw, &part); err != nil {
		return err
	}
	return join(whole, part, "")
}

// join merges part into whole, section by section. Anything that two files both describe is an error, because one of them would win by
// chance.
func join(whole, part map[string]any, place string) error {
	for key, added := range part {
		here := place + " " + key
		present, taken := whole[key]
		if !taken {
			whole[key] = added
			continue
		}
		presentMap, isMap := present.(map[string]any)
		addedMap, isMapToo := added.(map[string]any)
		if !isMap || !isMapToo {
			return fmt.Errorf("it is described twice:%s", here)
		}
		if err := join(presentMap, addedMap, here); err != nil {
			return err
		}
	}
	return nil
}
