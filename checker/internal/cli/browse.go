package cli

import (
	"errors"
	"os"
	"os/exec"
	"runtime"
)

// browse opens a page in the learner's browser. The opener gets no terminal to write to.
func browse(page string) error {
	names := []string{"xdg-open", "wslview"}
	switch {
	case runtime.GOOS == "darwin":
		names = []string{"open"}
	case os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" && os.Getenv("WSL_DISTRO_NAME") == "":
		return errors.New("no graphical session")
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
	return errors.New("no xdg-open")
}
