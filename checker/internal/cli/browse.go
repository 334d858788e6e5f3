package cli

import (
	"errors"
	"os/exec"
	"runtime"
)

// browse opens a page in the learner's browser. The opener gets no terminal to write to.
func browse(page string) error {
	names := []string{"xdg-open", "wslview"}
	if runtime.GOOS == "darwin" {
		names = []string{"open"}
	}
	for _, name := range names {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		cmd := exec.Command(path, page)
		if err := cmd.Start(); err != nil {
			return err
		}
		go cmd.Wait() //nolint:errcheck // reaped only so that it is no zombie
		return nil
	}
	return errors.New("xdg-open was not found")
}
