package cli

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"

	"github.com/spf13/cobra"
)

// newServiceCommand runs the template of the stage itself, which a copy of the stage has too: make new-service NAME=shipping.
func (a *app) newServiceCommand() *cobra.Command {
	var stage, dir string
	c := &cobra.Command{
		Use: "new-service NAME", Short: "Add a service to a stage from its template", Args: cobra.ExactArgs(1),
		Long: "Add a service that compiles, serves and has tests: contract, domain, use cases, repository with its migration, gRPC server,\n" +
			"and its lines in the files that list all services. It overwrites no file. docs/new-service.md says what is left to do.",
		Example: "  go run ./checker new-service shipping\n  go run ./checker new-service shipping --dir ~/shop",
		RunE: func(cmd *cobra.Command, args []string) error {
			if dir == "" {
				root, err := findRoot(a.dir)
				if err != nil {
					return err
				}
				dir = filepath.Join(root, stage)
			}
			template := exec.CommandContext(cmd.Context(), "go", "run", "./platform/newservice/cmd/newservice", args[0])
			template.Dir, template.Stdout, template.Stderr = dir, cmd.OutOrStdout(), cmd.ErrOrStderr()
			var exit *exec.ExitError
			if err := template.Run(); errors.As(err, &exit) {
				return exitCode(exit.ExitCode())
			} else if err != nil {
				return fmt.Errorf("run the template of %s: %w", dir, err)
			}
			return nil
		},
	}
	c.Flags().StringVar(&stage, "stage", "stage4-infra", "the stage of this repository")
	c.Flags().StringVar(&dir, "dir", "", "the directory of a copy instead")
	return c
}
