package overlay

import "io/fs"

// None is the overlay that changes nothing.
var None fs.FS = none{}

type none struct{}

func (none) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}
