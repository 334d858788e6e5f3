package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// render returns the manifests of a file, or those that kustomize makes of a directory.
func render(target string) ([]byte, error) {
	info, err := os.Stat(target)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return os.ReadFile(target)
	}
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), target)
	if err != nil {
		return nil, fmt.Errorf("render %s: %w", target, err)
	}
	return resources.AsYaml()
}

var tag = regexp.MustCompile(`env:"([A-Z0-9_]+)"`)

// readVariables returns the variables that the Go files of a stage read: the tags of its configuration.
func readVariables(stage string) (map[string]bool, error) {
	variables := map[string]bool{"GOMEMLIMIT": true, "GOMAXPROCS": true, "GOGC": true, "TZ": true}
	err := filepath.WalkDir(stage, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, match := range tag.FindAllStringSubmatch(string(text), -1) {
			variables[match[1]], variables[match[1]+"_FILE"] = true, true
		}
		return err
	})
	return variables, err
}
