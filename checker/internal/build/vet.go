package build

import (
	"context"
	"fmt"
)

// Vet compiles everything in dir, tests too, and vets it as go test would. Code that does not pass is an *Error.
func Vet(ctx context.Context, dir string) error {
	dir, err := absolute(dir)
	if err != nil {
		return fmt.Errorf("vet: %w", err)
	}
	return runGo(ctx, dir, "vet", "-buildvcs=false", "./...")
}
