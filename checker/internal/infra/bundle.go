package infra

import (
	"context"
	"errors"
)

// errNoBundle says that this system has no packages to unpack.
var errNoBundle = errors.New("no Debian packages here")

func bundleUsable(context.Context, place, Need, func(string)) error { return errNoBundle }
