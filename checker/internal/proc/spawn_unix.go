//go:build unix && !linux

package proc

import (
	"os"
	"syscall"
)

func spawn(start func() error) error { return start() }

// Without a death signal the warden alone ends the children of a killed program.
func childAttr(spec Spec) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Credential: spec.Credential}
}

// awaitExit does nothing: the group is killed at once only when the leader has been reaped by cmd.Wait.
func awaitExit(int) {}

func selfPath() (string, error) { return os.Executable() }
