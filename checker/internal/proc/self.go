package proc

// Self is a path that starts this very program again, to be used at once by this process.
func Self() (string, error) { return selfPath() }
