// Command affected prints which packages have to be tested and which programs have to be built after a change of the files that it is given,
// relative to the working directory, which is the root of the repository. Packages that the change deletes are not known to it.
//
//	go run ./platform/affected/cmd/affected platform/errs/error.go
//	git diff --name-only --no-renames main | xargs go run ./platform/affected/cmd/affected
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"shop/platform/affected"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "affected:", err)
		os.Exit(1)
	}
}

func run(changed []string) error {
	packages, err := list()
	if err != nil {
		return err
	}
	plan := affected.Affected(packages, packages, changed)
	fmt.Printf("packages of the shop: %d\n", len(packages))
	show("test", plan.Test)
	show("build", plan.Build)
	return nil
}

func show(what string, paths []string) {
	fmt.Printf("%s: %d\n", what, len(paths))
	for _, path := range paths {
		fmt.Println("  " + path)
	}
}

// listed is what the go command prints about a package.
type listed struct {
	ImportPath, Dir, Name                       string
	Imports, TestImports, XTestImports          []string
	EmbedFiles, TestEmbedFiles, XTestEmbedFiles []string
}

// list asks the go command for the packages of the shop, in all of its modules.
func list() ([]affected.Package, error) {
	root, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	command := exec.Command("go", "list", "-json", "shop/...")
	command.Env = append(os.Environ(), "GOWORK=off") // go.mod says of what the shop is built
	out, err := command.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil, fmt.Errorf("go list: %w: %s", err, bytes.TrimSpace(exit.Stderr))
	}
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	var packages []affected.Package
	decoder := json.NewDecoder(bytes.NewReader(out))
	for {
		var p listed
		err := decoder.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read what go list says: %w", err)
		}
		dir, err := filepath.Rel(root, p.Dir)
		if err != nil {
			return nil, err
		}
		packages = append(packages, affected.Package{
			Path: p.ImportPath, Dir: filepath.ToSlash(dir), Main: p.Name == "main",
			Imports: p.Imports, TestImports: slices.Concat(p.TestImports, p.XTestImports),
			Embeds: p.EmbedFiles, TestEmbeds: slices.Concat(p.TestEmbedFiles, p.XTestEmbedFiles),
		})
	}
}
