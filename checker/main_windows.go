package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "Stagecraft does not run on Windows itself. Install WSL2 (wsl --install), clone the repository inside it, "+
		"below your Linux home directory, and run the same commands there.")
	os.Exit(2)
}
