package cli

import (
	"github.com/spf13/cobra"
)

func (a *app) authorCommand() *cobra.Command {
	c := &cobra.Command{Use: "author", Short: "Tools for those who write lessons", Args: noCommand, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	c.AddCommand(a.pictureCommand())
	return c
}
