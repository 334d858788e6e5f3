//go:build unix && !linux

package infra

import "errors"

func mountSmall(string) error { return errors.New("no small file system here") }

func unmount(string) error { return nil }
